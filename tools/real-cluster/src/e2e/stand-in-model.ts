/**
 * A stand-in for the inference images: Python's name and nothing of it. Whatever command the pod has, it answers on the port
 * of the real server, and says that it is a stand-in.
 */
export const STAND_IN_SERVER = `#!/usr/local/bin/node
const { createServer } = require('node:http');
const flag = process.argv.find(text => text.startsWith('--port='))?.slice('--port='.length);
const port = Number(flag ?? 5000);
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.setHeader('x-kaito-stand-in', 'true');
  if (request.url === '/chat' && request.method === 'POST') {
    let body = '';
    request.on('data', chunk => (body += chunk));
    request.on('end', () => response.end(JSON.stringify({ Result: 'a stand-in, no model: ' + body })));
    return;
  }
  if (!['/health', '/healthz', '/metrics'].includes(request.url)) response.statusCode = 404;
  response.end('{}');
});
server.listen(port, () => console.log('stand-in, no model, on port ' + port));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

/** Names under which it stands in the image. */
export const STAND_IN_PROGRAMS = ['python3', 'accelerate'] as const;
