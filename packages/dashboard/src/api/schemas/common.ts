// Shapes that several resources share. Every schema here is at once a type, a part of the OpenAPI document and a check.
import { type Static, type TObject, type TProperties, type TSchema, type TUnsafe, Type } from '@sinclair/typebox';

/** An object with these fields and no others. */
export function record<Properties extends TProperties>(
  properties: Properties,
  description: string,
  id?: string,
): TObject<Properties> {
  return Type.Object(properties, {
    additionalProperties: false,
    description,
    ...(id === undefined ? {} : { $id: id }),
  });
}

/** A value that may be null, and what null says. */
export function orNull<Schema extends TSchema>(schema: Schema, description: string) {
  return Type.Union([schema, Type.Null()], { description });
}

/** One of these words. */
export function words<const Words extends readonly [string, ...string[]]>(list: Words, description: string) {
  const literals = list.map((word) => Type.Literal(word as Words[number]));
  return Type.Union(literals, { description }) as unknown as TUnsafe<Words[number]>;
}

/** An instant. */
export function instant(description: string) {
  return Type.String({ format: 'date-time', description });
}

/** A whole number, not negative. */
export function count(description: string) {
  return Type.Integer({ minimum: 0, description });
}

/** Where the next part of a list begins. */
export const NextCursor = orNull(
  Type.String(),
  'Hand it in as `cursor` for the next part of the list; null when this was the last.',
);

/** Any plain JSON. */
export const AnyJson = Type.Unknown({ description: 'Any JSON.' });

/** What every error is answered as. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'A URI for the kind of problem: `urn:sched:problem:<code>`.' }),
    title: Type.String({ description: 'The kind of problem, for people.' }),
    status: Type.Integer({ description: 'The status of the answer.' }),
    code: Type.String({ description: 'The kind of problem as a word to match on: `job-not-found`, `invalid-option`.' }),
    detail: Type.String({ description: 'What is wrong here, and what to do.' }),
    field: Type.Optional(Type.String({ description: 'Which field or parameter is wrong: `retry.delay`.' })),
    expected: Type.Optional(Type.String({ description: 'What would have been accepted for the field.' })),
    position: Type.Optional(Type.Integer({ description: 'Where the fault begins in the text of the field, from 0.' })),
  },
  {
    $id: 'Problem',
    additionalProperties: false,
    description: 'An error, as RFC 9457 has it (`application/problem+json`).',
  },
);

/** What every error is answered as. */
export type Problem = Static<typeof ProblemSchema>;
