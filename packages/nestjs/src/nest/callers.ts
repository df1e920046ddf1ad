// Calls methods as Nest does: on the instance, or on one made for this very call; with guards, interceptors, pipes and filters.
import { Inject } from '@nestjs/common';
import {
  ContextIdFactory,
  ExternalContextCreator,
  ModuleRef,
  ModulesContainer,
  type NestContainer,
} from '@nestjs/core';
import { currentRun } from '@sched/core';
import type { FoundMethod } from './explorer.ts';

/** A method, ready to be called. */
export type Caller = (...args: readonly unknown[]) => unknown;

/** `context.getType()` in a guard, interceptor or filter of a run. */
const CONTEXT_TYPE = 'schedule';

// Nest's own keys, which no entry of its packages exports in all versions.
const PARAMETERS = '__routeArguments__';
const FILTERS = '__exceptionFilters__';

/** What methods are called with. */
export class Callers {
  readonly #container: ModuleRef;
  /** With the application's global enhancers. */
  readonly #inheriting: ExternalContextCreator;
  /** With those alone that are bound to the class or the method. */
  readonly #plain: ExternalContextCreator;

  constructor(
    @Inject(ModuleRef) container: ModuleRef,
    @Inject(ExternalContextCreator) inheriting: ExternalContextCreator,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    this.#container = container;
    this.#inheriting = inheriting;
    // All that is asked of the container; without an application config, nothing is global.
    const withoutConfig = { getModules: () => modules, applicationConfig: undefined };
    this.#plain = ExternalContextCreator.fromContainer(withoutConfig as unknown as NestContainer);
  }

  /** Calls a method as a run. Enhancers of a controller are for its requests, so its methods are called without them. */
  ofRuns(method: FoundMethod, inheritAppConfig: boolean): Caller {
    if (method.isOfController) return this.#plainly(method, currentRun);
    const creator = inheritAppConfig ? this.#inheriting : this.#plain;
    const { wrapper } = method;
    if (isStatic(method)) return contextOf(creator, method, { instance: wrapper.instance, inheritAppConfig });
    return async (...args) => {
      const { instance, contextId } = await this.#resolve(method, currentRun());
      return await contextOf(creator, method, { instance, contextId, inheritAppConfig })(...args);
    };
  }

  /** Calls a method with an event. */
  ofEvents(method: FoundMethod): Caller {
    return this.#plainly(method, ([event]) => event);
  }

  /** Calls a method without enhancers. */
  #plainly(method: FoundMethod, requestOf: (args: readonly unknown[]) => unknown): Caller {
    const { wrapper } = method;
    if (isStatic(method)) return (...args) => invoke(wrapper.instance, method.name, args);
    return async (...args) => {
      const { instance } = await this.#resolve(method, requestOf(args));
      return await invoke(instance, method.name, args);
    };
  }

  /** An instance of its own, from the module that provides the class; `@Inject(REQUEST)` in it answers `request`. */
  async #resolve({ wrapper }: FoundMethod, request: unknown) {
    const contextId = ContextIdFactory.create();
    const container: ModuleRef = wrapper.host?.getProviderByKey<ModuleRef>(ModuleRef)?.instance ?? this.#container;
    container.registerRequestByContextId(request, contextId);
    const instance: object = await container.resolve(wrapper.token, contextId, { strict: wrapper.host !== undefined });
    return { instance, contextId };
  }
}

/** Whether one instance serves every call. */
function isStatic({ wrapper }: FoundMethod): boolean {
  return wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
}

interface ContextOptions {
  readonly instance: object;
  /** Of an instance that was made for one call. */
  readonly contextId?: ReturnType<typeof ContextIdFactory.create>;
  readonly inheritAppConfig: boolean;
}

function contextOf(creator: ExternalContextCreator, method: FoundMethod, options: ContextOptions): Caller {
  const { instance, contextId, inheritAppConfig } = options;
  const callback = Reflect.get(instance, method.name);
  // Nest's last filter logs what no other one took, which the scheduler does too: only where there are others.
  const filters = inheritAppConfig || [callback, instance.constructor].some((on) => Reflect.hasMetadata(FILTERS, on));
  return creator.create(
    instance,
    callback,
    method.name,
    PARAMETERS,
    { exchangeKeyForValue: () => undefined },
    contextId,
    contextId === undefined ? undefined : method.wrapper.id,
    { guards: true, interceptors: true, filters },
    CONTEXT_TYPE,
  );
}

function invoke(instance: object, name: string, args: readonly unknown[]): unknown {
  return Reflect.apply(Reflect.get(instance, name), instance, args);
}
