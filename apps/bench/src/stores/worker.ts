// A process of its own that works off due jobs of the store it is given.
import { work } from './ours.ts';

await work(JSON.parse(process.argv[2] ?? ''));
