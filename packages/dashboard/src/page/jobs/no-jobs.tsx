// What the list says when it is empty: how to add a job, or how to find more.

import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/notice.tsx';
import { setParams } from '../route.ts';

const EXAMPLE = `const report = defineTask('report', async () => { /* … */ });

await scheduler.addJob(report, 'cron', {
  id: 'daily-report',
  hour: 9,
  timezone: 'Europe/Berlin',
});`;

export function NoJobs({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) {
    const clear = () => setParams({ search: null, state: null, tag: null, task: null });
    return (
      <div class="card">
        <Empty title="No job is like that">
          <p>The search looks for the text in ids and names, in any case.</p>
          <Button onClick={clear}>Show all jobs</Button>
        </Empty>
      </div>
    );
  }
  return (
    <div class="card">
      <Empty title="No jobs yet">
        <p>Add the first one in your code; it appears here at once.</p>
        <pre class="code example">{EXAMPLE}</pre>
      </Empty>
    </div>
  );
}
