// The query of a request, by the schema of its route: what is not asked for is refused by name.
import type { Static, TObject, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { HttpProblem } from '../http/problems.ts';

/** @throws HttpProblem `bad-request` naming the parameter */
export function readQuery<Schema extends TObject>(schema: Schema, search: URLSearchParams): Static<Schema> {
  const given: Record<string, unknown> = {};
  for (const name of new Set(search.keys())) {
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (property === undefined)
      throw refused(name, `one of ${Object.keys(schema.properties).join(', ') || 'no parameters'}`);
    const values = search.getAll(name);
    if (property['type'] === 'array') given[name] = values;
    else if (values.length > 1) throw refused(name, 'one value');
    else given[name] = property['type'] === 'integer' ? wholeNumber(values[0] ?? '') : values[0];
  }
  const fault = faultIn(schema, given);
  if (fault !== null) throw refused(fault.field, fault.expected);
  return given as Static<Schema>;
}

/** The body, if it is what the route takes. @throws HttpProblem `invalid-body` naming the field */
export function checkBody<Schema extends TSchema>(schema: Schema, body: unknown): Static<Schema> {
  const fault = faultIn(schema, body);
  if (fault === null) return body as Static<Schema>;
  const { field, expected } = fault;
  throw new HttpProblem('invalid-body', `${field === '' ? 'the body' : field}: expected ${expected}`, {
    field,
    expected,
  });
}

function faultIn(schema: TSchema, value: unknown): { field: string; expected: string } | null {
  const error = Value.Errors(schema, value).First();
  if (error === undefined) return null;
  const field = error.path.slice(1).replaceAll('/', '.');
  const { description, anyOf = [] } = error.schema as { description?: string; anyOf?: readonly { const?: unknown }[] };
  const consts = anyOf.map((each) => each.const).filter((word) => word !== undefined);
  const words = consts.length === 0 ? undefined : consts;
  const expected =
    words === undefined ? error.message.toLowerCase().replace(/^expected /, '') : `one of ${words.join(', ')}`;
  return {
    field,
    expected: words === undefined && description !== undefined ? `${expected} (${description})` : expected,
  };
}

function refused(field: string, expected: string): HttpProblem {
  return new HttpProblem('bad-request', `${field}: expected ${expected}`, { field, expected });
}

/** As a number if it is one; else as it is, which the schema then refuses. */
function wholeNumber(text: string): number | string {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}
