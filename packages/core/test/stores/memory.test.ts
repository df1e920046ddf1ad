// The memory store against the contract, and what only it has.
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../src/stores/memory/memory-store.ts';
import { storeContract, VirtualClock } from '../../src/testing/index.ts';

storeContract({ name: 'MemoryStore', create: () => new MemoryStore() }, { describe, it });
