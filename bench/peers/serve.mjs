/** The plainest HTTP server there is: a JSON body in, a JSON body out. */
import { createServer } from 'node:http';

/** @param answer from the parsed body and the `Authorization` header to what is sent back */
export function serve(answer) {
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const send = (status, body) => {
        const text = JSON.stringify(body);
        response.writeHead(status, {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(text),
        });
        response.end(text);
      };
      Promise.resolve()
        .then(() => answer(JSON.parse(Buffer.concat(chunks).toString()), request.headers.authorization))
        .then(
          (body) => send(200, body),
          (error) => send(500, { errors: [{ message: String(error) }] }),
        );
    });
  });
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1', () => ready(server.address().port));
}

/** Tells whoever has started this process where it serves; it ends with its parent. */
export function ready(port) {
  process.send?.({ port });
  process.once('disconnect', () => process.exit());
}
