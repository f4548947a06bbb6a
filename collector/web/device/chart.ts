/** One chart: uPlot with the page's colours, and its newest values as text beside the title. */
import uPlot from 'uplot';
import { clock } from '../../core/present.ts';
import { h, setText } from '../dom.ts';
import { columns, type Line } from '../series.ts';
import type { ChartPlan } from './charts.ts';

const HEIGHT = 180;
const POWERS_OF_TWO = Array.from({ length: 51 }, (_, power) => 2 ** power);
const LINES = ['--line-1', '--line-2', '--line-3', '--line-4', '--line-5', '--line-6'];

export class Chart {
  readonly element: HTMLElement;
  private readonly plan: ChartPlan;
  private readonly place = h('div', { class: 'plot' });
  private readonly now = h('span', { class: 'now' });
  private plot: uPlot | undefined;
  private drawn = '';
  private lines: readonly Line[] = [];
  private span: readonly [number, number] = [0, 1];

  constructor(plan: ChartPlan) {
    this.plan = plan;
    this.element = h(
      'figure',
      { class: 'chart', hidden: true },
      h('figcaption', {}, h('span', {}, plan.title), this.now),
      this.place,
    );
  }

  /** Lines over the seconds from `from` to `to`; a chart without lines is not shown. */
  show(lines: readonly Line[], from: number, to: number): void {
    this.lines = lines;
    this.span = [from, to];
    this.element.hidden = lines.length === 0;
    if (lines.length === 0) return;
    const names = lines.map(({ label }) => label).join('\n');
    if (names !== this.drawn) this.redraw();
    else this.plot?.setData(columns(lines));
    this.tellNow();
  }

  /** Again from nothing: other lines, other colours. */
  redraw(): void {
    this.plot?.destroy();
    this.plot = undefined;
    if (this.lines.length === 0) return;
    this.drawn = this.lines.map(({ label }) => label).join('\n');
    this.plot = new uPlot(this.options(), columns(this.lines), this.place);
  }

  fit(): void {
    const width = this.place.clientWidth;
    if (width > 0 && width !== this.plot?.width) this.plot?.setSize({ width, height: HEIGHT });
  }

  close(): void {
    this.plot?.destroy();
  }

  private tellNow(): void {
    const newest = this.lines.map(({ label, points }) => {
      const value = [...points.values()].at(-1);
      const text = value === undefined ? '–' : this.plan.write(value);
      return this.lines.length === 1 ? text : `${label} ${text}`;
    });
    setText(this.now, newest.slice(0, 3).join(' · '));
  }

  private options(): uPlot.Options {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const { write, top = 0, binary } = this.plan;
    const incrs = binary === undefined ? {} : { incrs: POWERS_OF_TWO };
    const axis = {
      stroke: colour('--quiet'),
      grid: { stroke: colour('--rule'), width: 1 },
      ticks: { show: false },
    };
    const series = this.lines.map(({ label }, index) => ({
      label,
      stroke: colour(LINES[index % LINES.length] as string),
      width: 1.5,
      points: { show: false },
      value: (_plot: uPlot, value: number | null) => (value === null ? '–' : write(value)),
    }));
    return {
      width: this.place.clientWidth || 320,
      height: HEIGHT,
      cursor: { sync: { key: 'device' }, y: false },
      legend: { show: this.lines.length > 1, live: true },
      scales: {
        x: { range: () => [this.span[0], this.span[1]] },
        y: { range: (_plot, _low, high) => [0, Math.max(high * 1.05, top, Number.MIN_VALUE)] },
      },
      axes: [
        { ...axis, size: 28, space: 60, values: (_plot, ticks) => ticks.map(timeOfDay) },
        {
          ...axis,
          ...incrs,
          size: 72,
          space: 36,
          values: (_plot, ticks) => ticks.map((tick) => write(tick)),
        },
      ],
      series: [{}, ...series],
    };
  }
}

function timeOfDay(seconds: number): string {
  return clock(seconds * 1000).slice(11, 16);
}
