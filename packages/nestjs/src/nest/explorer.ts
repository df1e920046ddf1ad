// Finds what decorators declared on the methods of providers and controllers.
import type { Logger } from '@nestjs/common';
import { type DiscoveryService, MetadataScanner } from '@nestjs/core';
import { declarationsOf, type MethodDeclarations } from '../declarations.ts';

/** A provider or controller, as Nest's container keeps it. */
export type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A method with declarations. */
export interface FoundMethod {
  readonly wrapper: InstanceWrapper;
  readonly isOfController: boolean;
  readonly name: string;
  /** `Class.method`: how ids and errors name it. */
  readonly place: string;
  readonly declared: MethodDeclarations;
}

/** Every method with declarations. Of a class that several modules provide it is found once: a job is one job. */
export function findMethods(discovery: DiscoveryService, logger: Logger): FoundMethod[] {
  const scanner = new MetadataScanner();
  const seen = new Set<unknown>();
  const found: FoundMethod[] = [];
  const controllers = discovery.getControllers().map((wrapper) => ({ wrapper, isOfController: true }));
  const providers = discovery.getProviders().map((wrapper) => ({ wrapper, isOfController: false }));
  for (const { wrapper, isOfController } of [...controllers, ...providers]) {
    const methods = [...methodsOf(wrapper, isOfController, scanner)];
    const owner = prototypeOf(wrapper);
    if (methods.length > 0 && seen.has(owner)) {
      logger.warn(
        `${methods[0]?.place.split('.', 1)[0]} is provided more than once; its jobs run on the first instance`,
      );
      continue;
    }
    seen.add(owner);
    found.push(...methods);
  }
  return found;
}

function* methodsOf(
  wrapper: InstanceWrapper,
  isOfController: boolean,
  scanner: MetadataScanner,
): Generator<FoundMethod> {
  const prototype = prototypeOf(wrapper);
  if (prototype === null) return;
  for (const name of scanner.getAllMethodNames(prototype)) {
    const declared = declarationsOf(Reflect.get(wrapper.instance, name));
    if (declared === null) continue;
    yield { wrapper, isOfController, name, place: `${prototype.constructor.name}.${name}`, declared };
  }
}

/** Where a provider's methods are; an alias stands for a provider that is found itself. */
function prototypeOf({ instance, isAlias }: InstanceWrapper): object | null {
  const given: unknown = instance;
  return isAlias || typeof given !== 'object' || given === null ? null : Object.getPrototypeOf(given);
}
