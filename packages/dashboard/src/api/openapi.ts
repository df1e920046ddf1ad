// The OpenAPI document: made from the table of routes, so that it cannot say anything else.
import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { NO_QUERY } from './queries.ts';
import { type Route, route } from './route.ts';
import { ProblemSchema } from './schemas/common.ts';
import { VERSION } from './version.ts';

type Json = Readonly<Record<string, unknown>>;

/** The document of these routes, and of itself. */
export function openApiDocument(routes: readonly Route[]): Json {
  const schemas: Record<string, unknown> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const each of [...routes, openApiRoute(() => ({}))]) {
    const path = each.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [each.method.toLowerCase()]: operation(each, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      ...{ title: 'Jobs and runs of a scheduler', version: VERSION, license: { name: 'MIT', identifier: 'MIT' } },
      description:
        'Instants are ISO 8601 in UTC; measured durations are milliseconds, those that people write seconds.',
    },
    servers: [{ url: '.', description: 'Beside this document.' }],
    paths,
    components: { schemas },
  };
}

/** The route that serves the document. */
export function openApiRoute(document: () => Json): Route {
  return route({
    ...{
      method: 'GET',
      path: '/openapi.json',
      action: 'read',
      resource: 'documentation',
      query: NO_QUERY,
      body: Type.Null(),
    },
    summary: 'This document',
    answers: { 200: Type.Object({}, { description: 'An OpenAPI 3.1 document.' }) },
    handler: () => ({ status: 200, body: document() }),
  });
}

function operation(each: Route, schemas: Record<string, unknown>): Json {
  const params = [...each.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' }, description: 'Percent-encoded.' },
  }));
  const takesBody = each.body !== null && each.method !== 'GET' && each.method !== 'DELETE';
  return {
    operationId: `${each.method.toLowerCase()}${each.path.replaceAll(/[^a-z]+(\w)?/gi, (_, letter = '') => letter.toUpperCase())}`,
    summary: each.summary,
    parameters: [...params, ...queryParameters(each.query), ...headersOf(each)],
    ...(takesBody && each.body !== null
      ? { requestBody: { required: each.method !== 'POST', content: json(each.body, schemas) } }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(each.answers).map(([status, answer]) => [status, response(answer, schemas)]),
      ),
      default: {
        description: 'A problem.',
        content: { 'application/problem+json': { schema: reference(ProblemSchema, schemas) } },
      },
    },
  };
}

function queryParameters(query: TObject): Json[] {
  return Object.entries(query.properties).map(([name, schema]) => ({
    ...{ name, in: 'query', schema: plain(schema, {}), required: query.required?.includes(name) ?? false },
    ...(schema.description === undefined ? {} : { description: schema.description }),
  }));
}

function headersOf({ method, path, action }: Route): Json[] {
  const schema = { type: 'string' };
  if (path === '/events')
    return [{ name: 'Last-Event-ID', in: 'header', schema, description: 'Id of the last event that was heard.' }];
  const rests = path.startsWith('/jobs/:id') && ['change', 'remove', 'pause', 'resume'].includes(action);
  const match = { name: 'If-Match', in: 'header', schema, description: 'ETag of the job that the change rests on.' };
  const noneMatch = { name: 'If-None-Match', in: 'header', schema, description: '`*`: only if there is no such job.' };
  return [...(rests ? [match] : []), ...(method === 'PUT' ? [noneMatch] : [])];
}

function response(answer: TSchema | string | null, schemas: Record<string, unknown>): Json {
  if (answer === null) return { description: 'Done.' };
  if (typeof answer === 'string')
    return { description: 'As it comes.', content: { [answer]: { schema: { type: 'string' } } } };
  return { description: answer.description ?? 'Done.', content: json(answer, schemas) };
}

function json(schema: TSchema, schemas: Record<string, unknown>): Json {
  return { 'application/json': { schema: reference(schema, schemas) } };
}

/** The schema; one that has a name is written among the components, and pointed to. */
function reference(schema: TSchema, schemas: Record<string, unknown>): unknown {
  return plain(schema, schemas);
}

function plain(value: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const { $id, ...fields } = value as { readonly $id?: string };
  const copy = Object.fromEntries(Object.entries(fields).map(([name, item]) => [name, plain(item, schemas)]));
  if ($id === undefined) return copy;
  schemas[$id] ??= copy;
  return { $ref: `#/components/schemas/${$id}` };
}
