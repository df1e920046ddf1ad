// Tells other processes that there is something to do, and hears it from them, through one document that is written each time:
// a change stream tells of it where the server has any; otherwise it is read a few times a second.
import type { ChangeStream } from 'mongodb';
import type { Clock, Timer } from '../../clock.ts';
import { Announcer } from '../server/announcer.ts';
import type { Database } from './database.ts';
import type { StoredDocument } from './documents.ts';

/** How often the document is read where nobody tells of it, in milliseconds. */
const POLL_MS = 200;
/** How long to wait before a change stream that was lost is opened again, in milliseconds. */
const RENEW_MS = 500;
/** How long the server may hold back the answer that nothing has changed, in milliseconds. */
const MAX_AWAIT_MS = 1_000;

export class News {
  readonly #database: Database;
  readonly #hasChangeStreams: boolean;
  readonly #listeners = new Set<() => void>();
  readonly #announcer: Announcer;
  #watch: Watch | null = null;
  /** Own announcements that were not yet seen in the document. */
  #sent = 0;

  constructor(database: Database, hasChangeStreams: boolean) {
    this.#database = database;
    this.#hasChangeStreams = hasChangeStreams;
    this.#announcer = new Announcer(database.clock, () => this.#send());
  }

  /** Tells the others: at once, or after the pause that follows the announcement before. Never throws. */
  announce(): void {
    this.#announcer.announce();
  }

  /** Calls back when others have announced something; answers how to stop. */
  listen(onChange: () => void): () => void {
    const listener = () => onChange();
    this.#listeners.add(listener);
    this.#watch ??= this.#startWatch();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) void this.#stopWatch();
    };
  }

  async stop(): Promise<void> {
    this.#listeners.clear();
    await Promise.all([this.#announcer.close(), this.#stopWatch()]);
  }

  async #send(): Promise<void> {
    this.#sent++;
    const { meta, id } = this.#database;
    const news = { $inc: { number: 1 }, $set: { by: id } };
    try {
      await meta.updateOne({ _id: 'news' }, news, { writeConcern: { w: 1 } });
    } catch {
      this.#sent--;
    }
  }

  #startWatch(): Watch {
    const tell = () => {
      for (const listener of [...this.#listeners]) listener();
    };
    if (this.#hasChangeStreams) return new StreamWatch(this.#database, tell);
    const takeSent = (seen: number) => {
      const own = Math.min(this.#sent, seen);
      this.#sent -= own;
      return own;
    };
    return new PollWatch(this.#database, tell, takeSent);
  }

  async #stopWatch(): Promise<void> {
    const watch = this.#watch;
    this.#watch = null;
    await watch?.stop();
  }
}

interface Watch {
  stop(): Promise<void>;
}

/** Reads the number of announcements every now and then. */
class PollWatch implements Watch {
  readonly #database: Database;
  readonly #tell: () => void;
  readonly #takeSent: (seen: number) => number;
  #timer: Timer | null = null;
  #seen: number | null = null;
  #isStopped = false;

  /** @param takeSent how many of these announcements, at most, were our own. */
  constructor(database: Database, tell: () => void, takeSent: (seen: number) => number) {
    this.#database = database;
    this.#tell = tell;
    this.#takeSent = takeSent;
    void this.#look();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    const number = await this.#read();
    if (this.#isStopped) return;
    this.#timer = this.#database.clock.setTimer(POLL_MS, () => void this.#look());
    if (number === null) return;
    const fresh = this.#seen === null ? 0 : number - this.#seen;
    this.#seen = number;
    if (fresh - this.#takeSent(fresh) > 0) this.#tell();
  }

  /** A server that does not answer has told nothing: this is a hint, the operations report the failure. */
  async #read(): Promise<number | null> {
    const news = await this.#database.meta.findOne({ _id: 'news' }).catch(() => null);
    return typeof news?.['number'] === 'number' ? news['number'] : null;
  }
}

/** Follows a change stream, which the driver resumes by itself as far as that can be done, and opens another when it cannot. */
class StreamWatch implements Watch {
  readonly #database: Database;
  readonly #tell: () => void;
  #stream: ChangeStream<StoredDocument> | null = null;
  #pause: Pause | null = null;
  #isStopped = false;

  constructor(database: Database, tell: () => void) {
    this.#database = database;
    this.#tell = tell;
    void this.#follow();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#pause?.end();
    await this.#stream?.close().catch(() => {});
  }

  async #follow(): Promise<void> {
    for (let isFirst = true; !this.#isStopped; isFirst = false) {
      // What was announced while nobody listened is made good by looking once.
      await this.#followOne(isFirst ? () => {} : this.#tell).catch(() => {});
      await this.#stream?.close().catch(() => {});
      if (this.#isStopped) return;
      this.#pause = new Pause(this.#database.clock, RENEW_MS);
      await this.#pause.over;
    }
  }

  async #followOne(onOpen: () => void): Promise<void> {
    const { meta, id } = this.#database;
    const ofNews = [{ $match: { 'documentKey._id': 'news' } }];
    this.#stream = meta.watch(ofNews, { maxAwaitTimeMS: MAX_AWAIT_MS });
    let change = await this.#stream.tryNext();
    for (onOpen(); !this.#isStopped; change = await this.#stream.next()) {
      if (change?.operationType === 'update' && change.updateDescription.updatedFields?.['by'] !== id) this.#tell();
    }
  }
}

/** A wait that can be cut short. */
class Pause {
  readonly over: Promise<void>;
  readonly end: () => void;

  constructor(clock: Clock, ms: number) {
    let end = () => {};
    this.over = new Promise((resolve) => {
      const timer = clock.setTimer(ms, resolve);
      end = () => {
        timer.cancel();
        resolve();
      };
    });
    this.end = end;
  }
}
