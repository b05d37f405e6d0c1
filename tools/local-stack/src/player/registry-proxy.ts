import { request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http';

/**
 * Answers for a registry of another host out of the stack's own, where its repositories lie under its name: so images can be pulled and
 * pushed by the references that users write.
 * @param registry host and port of the stack's own
 * @param host that is asked for, such as `ghcr.io`
 */
export function answerForRegistry(
  { registry, host }: { readonly registry: string; readonly host: string },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = (request.url ?? '').replace(/^\/v2\/(?=.)/, `/v2/${host}/`);
  const { host: _, ...headers } = request.headers;
  const call = requestHttp(
    `http://${registry.replace(/^localhost/, '127.0.0.1')}${path}`,
    { method: request.method, headers, agent: false },
    answer => {
      const location = answer.headers.location?.replace(`/v2/${host}/`, '/v2/');
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...(location !== undefined && { location }) });
      answer.pipe(response);
    },
  );
  call.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  // Who has called was killed.
  response.once('close', () => call.destroy());
  request.pipe(call);
}
