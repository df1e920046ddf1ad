// The body of a request: read within a size and a time, as JSON that cannot surprise anybody.
import type { Clock } from '@sched/core';
import { HttpProblem } from './problems.ts';

/** Within what a body is read. */
export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** @throws HttpProblem `not-json`, `body-too-large`, `body-timeout`, `bad-request` */
export async function readJson(request: Request, limits: BodyLimits): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new HttpProblem('not-json', 'Send the body as JSON, with Content-Type: application/json.');
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') throw new HttpProblem('not-json', 'Send the body as it is, without Content-Encoding.');
  return parse(await readText(request, limits));
}

async function readText(request: Request, limits: BodyLimits): Promise<string> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > limits.maxBytes) throw tooLarge(limits);
  if (request.body === null) return '';
  const reader = request.body.getReader();
  let isLate = false;
  const timer = limits.clock.setTimer(limits.timeoutMs, () => {
    isLate = true;
    reader.cancel().catch(() => {});
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size > limits.maxBytes) throw tooLarge(limits);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    if (error instanceof HttpProblem) throw error;
    throw new HttpProblem('bad-request', 'The body broke off.');
  } finally {
    timer.cancel();
  }
  if (isLate) throw new HttpProblem('body-timeout', `The body has to arrive within ${limits.timeoutMs / 1000} s.`);
  return decode(Buffer.concat(chunks));
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new HttpProblem('bad-request', 'The body is not UTF-8.');
  }
}

function parse(text: string): unknown {
  if (text.trim() === '') return {};
  let isPolluting = false;
  let body: unknown;
  try {
    body = JSON.parse(text, (name, value) => {
      isPolluting ||= name === '__proto__';
      return value;
    });
  } catch (error) {
    // Nested so deeply that reading it takes more room than there is, or no JSON at all.
    const isDeep = error instanceof RangeError;
    throw new HttpProblem('bad-request', isDeep ? 'The body is nested too deeply.' : 'The body is not JSON.');
  }
  if (isPolluting)
    throw new HttpProblem('invalid-body', 'A field is called __proto__.', {
      field: '__proto__',
      expected: 'another name',
    });
  return body;
}

function tooLarge({ maxBytes }: BodyLimits): HttpProblem {
  return new HttpProblem('body-too-large', `At most ${maxBytes} bytes are read.`);
}
