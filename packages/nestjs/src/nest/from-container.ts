// Values that only the DI container can give: `{ inject: [ConfigService], useFactory: (config) => … }` in place of the value.
import type { FactoryProvider } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';

/** A value made by the DI container when the application starts, as a factory provider is. */
export interface FromContainer<Value> {
  /** What the factory is called with, in order. @default [] */
  readonly inject?: FactoryProvider['inject'];
  /** Makes the value; may be async. */
  readonly useFactory: FactoryProvider<Value>['useFactory'];
}

type Dependency = NonNullable<FactoryProvider['inject']>[number];

/** The value itself, or what the factory makes of the providers it names. */
export async function resolveValue(given: unknown, container: ModuleRef): Promise<unknown> {
  if (!isFromContainer(given)) return given;
  const dependencies = (given.inject ?? []).map((dependency) => dependencyOf(dependency, container));
  return await given.useFactory(...dependencies);
}

function isFromContainer(given: unknown): given is FromContainer<unknown> {
  return typeof given === 'object' && given !== null && 'useFactory' in given && typeof given.useFactory === 'function';
}

function dependencyOf(dependency: Dependency, container: ModuleRef): unknown {
  const { token, optional } =
    typeof dependency === 'object' && 'optional' in dependency ? dependency : { token: dependency, optional: false };
  try {
    return container.get(token, { strict: false });
  } catch (error) {
    if (optional) return undefined;
    throw error;
  }
}
