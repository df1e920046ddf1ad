/**
 * The contract between the REST API and whoever reads it: the JSON of every resource. Instants are ISO 8601 in UTC, measured
 * durations milliseconds (`…Ms`), durations that people write seconds.
 *
 * Everything is below `<where it is mounted>/api/v1`; ids stand percent-encoded in paths. `jobStore` may be given with each
 * job route to say which store is meant.
 *
 * | route | query or body | answer |
 * |---|---|---|
 * | `GET /session` | | {@link Session} |
 * | `GET /health` | | {@link Health}; 503 unless `ok` |
 * | `GET /stores` `/executors` `/processes` `/tasks` | | `{ items }` of {@link Store}, {@link Executor}, {@link Process}, {@link Task} |
 * | `GET /statistics` | `hours` (1–168, default 24), `buckets` (1–168, default 24) | {@link Statistics} |
 * | `GET /timeline` | `from`, `until` (ISO; default an hour ago … in an hour; at most 32 days), `lanes` (≤ 200, default 50), `fires` a lane (≤ 500, default 100), `cursor`, and the filters of `/jobs` | {@link Timeline} |
 * | `GET /heatmap` | `timezone` (default: the scheduler's) | {@link Heatmap} |
 * | `GET /jobs` | `state` `task` `tag` (each may be repeated), `search`, `jobStore`, `sort` ({@link JobSort}), `recent` (0–20 last runs each), `limit` (≤ 200, default 50), `cursor`, `locale` | {@link JobList} |
 * | `POST /jobs` | {@link JobPost} | 201 {@link Job}; 409 if the id is taken |
 * | `GET /jobs/{id}` | `locale` | {@link Job}, with `ETag` |
 * | `PUT /jobs/{id}` | {@link JobPut}; `If-Match`, `If-None-Match: *` | {@link Job}; 201 if it is new |
 * | `PATCH /jobs/{id}` | {@link JobPatch}; `If-Match` | {@link Job}; 412 if somebody else changed it |
 * | `DELETE /jobs/{id}` | `If-Match` | 204 |
 * | `POST /jobs/{id}/pause` | {@link Pause} | {@link Job} |
 * | `POST /jobs/{id}/resume` | | {@link Job} |
 * | `POST /jobs/{id}/run` | {@link RunNow} | 202 {@link Run} |
 * | `POST /jobs/{id}/backfill` | {@link Backfill} | 202 {@link Backfilled} |
 * | `GET /jobs/{id}/fire-times` | `count` (≤ 500, default 10), `from`, `locale` | {@link Preview} |
 * | `POST /preview` | {@link PreviewRequest}, `locale` | {@link Preview} of a trigger not saved; 422 {@link Problem} with `field` and `position` |
 * | `GET /runs` | `jobId`, `state` (may be repeated), `from`, `until`, `jobStore`, `limit` (≤ 200, default 50), `cursor` | {@link RunList} |
 * | `GET /runs/{id}` | | {@link RunDetail} |
 * | `POST /runs/{id}/cancel` | | {@link RunDetail} |
 * | `POST /runs/{id}/retry` | | 202 {@link RunDetail} |
 * | `GET /events` | `Last-Event-ID` | `text/event-stream` of {@link LiveEvent} |
 * | `GET /metrics` | | Prometheus text |
 * | `GET /openapi.json` | | OpenAPI 3.1 |
 *
 * Every `POST`, `PUT` and `PATCH` takes `Content-Type: application/json`, an empty object where there is nothing to say; every
 * error is a {@link Problem}.
 */
import type { Static } from '@sinclair/typebox';
import type { Problem } from './schemas/common.ts';
import type * as job from './schemas/job.ts';
import type * as overview from './schemas/overview.ts';
import type * as run from './schemas/run.ts';
import type * as system from './schemas/system.ts';

export type { Problem };
export type JobState = Static<typeof job.JobStateSchema>;
export type TriggerData = Static<typeof job.TriggerSchema>;
export type Policies = Static<typeof job.PoliciesSchema>;
export type JobGlance = Static<typeof job.JobGlanceSchema>;
export type Job = Static<typeof job.JobSchema>;
export type JobList = Static<typeof job.JobListSchema>;
export type JobPut = Static<typeof job.JobPutSchema>;
export type JobPost = Static<typeof job.JobPostSchema>;
export type JobPatch = Static<typeof job.JobPatchSchema>;
export type Pause = Static<typeof job.PauseSchema>;
export type RunNow = Static<typeof job.RunNowSchema>;
export type Backfill = Static<typeof job.BackfillSchema>;
export type Backfilled = Static<typeof job.BackfilledSchema>;
export type ClockChange = Static<typeof job.ClockChangeSchema>;
export type Fire = Static<typeof job.FireSchema>;
export type Preview = Static<typeof job.PreviewSchema>;
export type PreviewRequest = Static<typeof job.PreviewRequestSchema>;
export type Task = Static<typeof job.TaskSchema>;
export type TaskList = Static<typeof job.TaskListSchema>;
export type RunState = Static<typeof run.RunStateSchema>;
export type RunGlance = Static<typeof run.RunGlanceSchema>;
export type Run = Static<typeof run.RunSchema>;
export type Attempt = Static<typeof run.AttemptSchema>;
export type LogLine = Static<typeof run.LogLineSchema>;
export type RunDetail = Static<typeof run.RunDetailSchema>;
export type RunList = Static<typeof run.RunListSchema>;
export type Lane = Static<typeof overview.LaneSchema>;
export type Timeline = Static<typeof overview.TimelineSchema>;
export type Heatmap = Static<typeof overview.HeatmapSchema>;
export type RunCounts = Static<typeof overview.RunCountsSchema>;
export type Statistics = Static<typeof overview.StatisticsSchema>;
export type Action = Static<typeof system.ActionSchema>;
export type Session = Static<typeof system.SessionSchema>;
export type Store = Static<typeof system.StoreSchema>;
export type StoreList = Static<typeof system.StoreListSchema>;
export type Executor = Static<typeof system.ExecutorSchema>;
export type ExecutorList = Static<typeof system.ExecutorListSchema>;
export type Process = Static<typeof system.ProcessSchema>;
export type ProcessList = Static<typeof system.ProcessListSchema>;
export type Health = Static<typeof system.HealthSchema>;
export type LiveEvent = Static<typeof system.LiveEventSchema>;

/** Orders of the list of jobs. Jobs without a next run time come last. */
export type JobSort = 'nextRunTime' | 'id';
