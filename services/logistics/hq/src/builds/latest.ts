/** HQ as it is deployed. */
import { runHq } from '../app.ts';

void runHq('latest');
