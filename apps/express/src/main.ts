// An Express app that watches web addresses: each check is a job that fetches its address, and its runs are the history.
//
//   npm start -- express                     one process on http://127.0.0.1:3000, until Ctrl-C, which lets runs come to their end
//   npm start -- express --replicas 4        four processes share the port and the jobs: each fire runs once, whoever is killed
//   npm start -- express --for 20            ends by itself after 20 seconds
//   npm start -- express --port 8080         another port
//   npm start -- express --store <url>       another job store (default: .sched/express.sqlite), such as postgres://127.0.0.1/jobs
//
// You see each run as it starts and ends, and by which replica; http://127.0.0.1:3000/sched/ is the dashboard, for this machine.
// The app checks itself to begin with; add a check of your own:
//
//   curl -X PUT  http://127.0.0.1:3000/checks/mine -H 'content-type: application/json' -d '{"url": "http://127.0.0.1:3000/", "seconds": 5}'
//   curl         http://127.0.0.1:3000/checks             what is watched, and when it is next
//   curl -X POST http://127.0.0.1:3000/checks/mine/run    check now
//   curl         http://127.0.0.1:3000/checks/mine/runs   how it went
import cluster from 'node:cluster';
import { readArguments } from './arguments.ts';
import { runReplicas } from './replicas.ts';
import { serve } from './serve.ts';

async function main(): Promise<void> {
  const settings = readArguments();
  if (cluster.isPrimary && settings.replicas > 1) runReplicas(settings);
  else await serve(settings);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  // Nothing has begun that would have to end in order.
  process.exit(1);
});
