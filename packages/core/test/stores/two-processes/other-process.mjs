// The other process of a store in two processes: does what it is told with stores of its own, from the built package.
// Told by messages { call, store, method, args, now }; answers { call, result } or { call, error }.
const stores = new Map();
let now = 0;

/** The time of the process that asks; timers are real, and only ever wait for a lock to be let go. */
const clock = {
  now: () => now,
  monotonic: () => performance.now(),
  random: () => Math.random(),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  setTimer(delayMs, fire) {
    const timer = setTimeout(fire, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

const ACTIONS = {
  async create(id, module, name, options) {
    const { [name]: Store } = await import(module);
    stores.set(id, new Store(options));
  },
  async open(id) {
    await stores.get(id).open({ clock });
  },
};

process.on('message', async ({ call, store, method, args, now: asked }) => {
  now = asked;
  try {
    const act = ACTIONS[method];
    const result = act === undefined ? await stores.get(store)[method](...args) : await act(store, ...args);
    process.send({ call, result });
  } catch (error) {
    process.send({ call, error });
  }
});
process.on('disconnect', () => process.exit());
