/** Health for the load balancer: 200 while the service takes requests, 503 once it drains or a check fails. */
import { sendJson } from './reply.ts';
import type { Handler, HttpService } from './server.ts';

export interface HealthReport {
  readonly healthy: boolean;
  /** What is wrong or worth knowing, for people. */
  readonly detail?: string;
}

/** @param options.hello a greeting for people who open the path; @param options.check asked on each request */
export function healthHandler(options: {
  service: HttpService;
  name: string;
  build: string;
  hello?: string;
  check?: () => Promise<HealthReport>;
}): Handler {
  return async ({ res }) => {
    const report: HealthReport = options.service.draining
      ? { healthy: false, detail: 'draining' }
      : ((await options.check?.()) ?? { healthy: true });
    sendJson(res, report.healthy ? 200 : 503, {
      status: report.healthy ? 'healthy' : 'unhealthy',
      service: options.name,
      build: options.build,
      message: options.hello,
      detail: report.detail,
    });
  };
}
