// An answer of the fetch API to a response of node:http: in pieces, as they come and as fast as they are taken.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

const POLICY = 'content-security-policy';

/** Sends the answer; what the host has set on the response stays. Resolves when it is sent, or the client has gone. */
export async function writeResponse(response: Response, outgoing: ServerResponse, gone: AbortSignal): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) {
    // Browsers hold to each of several policies: ours comes to the host's, and takes nothing from it.
    if (name === POLICY) outgoing.appendHeader(name, value);
    else outgoing.setHeader(name, value);
  }
  if (response.body === null) {
    outgoing.end();
    return;
  }
  const reader = response.body.getReader();
  gone.addEventListener('abort', () => reader.cancel().catch(() => {}), { once: true });
  outgoing.flushHeaders();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || gone.aborted) break;
    if (!outgoing.write(value)) await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')]);
  }
  outgoing.end();
}
