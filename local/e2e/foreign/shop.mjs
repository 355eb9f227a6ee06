// Stands in for the images of the shop: answers what it is, and what it was given.
import { createServer } from 'node:http';

const { HOST, PORT, SERVICE, STAGE, TOKEN = null, CATALOG = null } = process.env;

createServer(async (request, response) => {
  const stock = request.url === '/basket/stock' ? await (await fetch(`${CATALOG}`)).json() : undefined;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ service: SERVICE, stage: STAGE, token: TOKEN, stock }));
}).listen(Number(PORT), HOST, () => console.log(`${SERVICE} listens`));

process.on('SIGTERM', () => process.exit(0));
