// A client of the user's whose process dies, or stands still, between two statements.
import type { MongoClient } from 'mongodb';

/** What happens to a process before each of its statements. */
export type Fate = (statement: number) => Promise<void> | void;

/** Dies before a statement: neither this one nor any other reaches the server. Counted from 0. */
export function diesBefore(statement: number): Fate {
  return (current) => {
    if (current >= statement) throw new Error('the process is dead');
  };
}

/** Stands still before a statement, once, until it is told to go on. */
export function standsStillBefore(statement: number) {
  let goOn = () => {};
  let stands = () => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  /** Resolves when it has come to that statement. */
  const isStanding = new Promise<void>((resolve) => {
    stands = resolve;
  });
  const fate: Fate = async (current) => {
    if (current !== statement) return;
    stands();
    await gate;
  };
  return { fate, isStanding, goOn };
}

/** Methods of a collection that send a statement, or make a cursor that does. */
const STATEMENTS = new Set([
  'aggregate',
  'bulkWrite',
  'deleteMany',
  'deleteOne',
  'find',
  'findOne',
  'findOneAndUpdate',
  'insertMany',
  'insertOne',
  'updateMany',
  'updateOne',
]);

/** A client as a process has it. */
export interface MortalClient {
  readonly client: MongoClient;
  /** Its fate begins. */
  begin(): void;
  /** Resolves when the server has answered all that was sent: a death does not call back what is on its way. */
  silence(): Promise<void>;
}

/** The client of a process that meets this fate. */
export function mortalClient(client: MongoClient, fate: Fate): MortalClient {
  let statements = -1;
  const sent = new Set<Promise<unknown>>();
  const send = async (call: () => unknown) => {
    if (statements >= 0) await fate(statements++);
    const answer = Promise.resolve(call());
    sent.add(answer);
    return await answer.finally(() => sent.delete(answer));
  };
  const ofCursor = (cursor: object): object =>
    wrapped(cursor, (method, call) => (...args) => {
      if (method !== 'toArray') return ofCursor(call(...args) as object);
      return send(() => call(...args));
    });
  const ofCollection = (collection: object): object =>
    wrapped(collection, (method, call) => (...args) => {
      if (!STATEMENTS.has(method)) return call(...args);
      if (method === 'find' || method === 'aggregate') return ofCursor(call(...args) as object);
      return send(() => call(...args));
    });
  const ofDatabase = (database: object): object =>
    wrapped(database, (method, call) => (...args) => {
      const result = call(...args);
      return method === 'collection' ? ofCollection(result as object) : result;
    });
  const mortal = wrapped(client, (method, call) => (...args) => {
    const result = call(...args);
    return method === 'db' ? ofDatabase(result as object) : result;
  });
  return {
    client: mortal as MongoClient,
    begin() {
      statements = 0;
    },
    async silence() {
      await Promise.allSettled(sent);
    },
  };
}

type Call = (...args: unknown[]) => unknown;

/** The object with other methods; whatever else it has stays its own. */
function wrapped(target: object, methodOf: (name: string, call: Call) => Call): object {
  return new Proxy(target, {
    get(_, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function' || typeof property !== 'string') return value;
      return methodOf(property, (...args) => value.apply(target, args) as unknown);
    },
  });
}
