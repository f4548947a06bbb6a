/** One word for the whole collector: as sick as its sickest part. */
import type { ComponentHealth, HealthStatus } from './views.ts';

const ORDER: readonly HealthStatus[] = ['healthy', 'degraded', 'unhealthy'];

export function overallHealth(components: readonly ComponentHealth[]): HealthStatus {
  const worst = Math.max(0, ...components.map(({ status }) => ORDER.indexOf(status)));
  return ORDER[worst] ?? 'healthy';
}
