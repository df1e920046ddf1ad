// The service over HTTP.
import { BadRequestException, Body, Controller, Delete, Get, NotFoundException, Param, Post } from '@nestjs/common';
import type { Job } from '@sched/core';
import { SchedHealthIndicator } from '@sched/nestjs';
import { Reminders } from './reminders.ts';

@Controller()
export class RemindersController {
  readonly #reminders: Reminders;
  readonly #health: SchedHealthIndicator;

  constructor(reminders: Reminders, health: SchedHealthIndicator) {
    this.#reminders = reminders;
    this.#health = health;
  }

  @Post('reminders')
  async add(@Body() body: { readonly text?: unknown; readonly seconds?: unknown } | undefined) {
    const { text, seconds } = body ?? {};
    if (typeof text !== 'string' || text === '') throw new BadRequestException('text: expected a text');
    if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= 86_400 * 365)) {
      throw new BadRequestException('seconds: expected a number from 0 to a year');
    }
    return shown(await this.#reminders.add(text, seconds));
  }

  @Get('reminders')
  async list() {
    return (await this.#reminders.list()).map(shown);
  }

  @Delete('reminders/:id')
  async remove(@Param('id') id: string) {
    if (!(await this.#reminders.remove(id))) throw new NotFoundException(`there is no reminder ${id}`);
  }

  @Get('health')
  health() {
    return this.#health.isHealthy('scheduler');
  }
}

function shown({ id, args: [text], nextRunTime }: Job) {
  return { id, text, at: nextRunTime };
}
