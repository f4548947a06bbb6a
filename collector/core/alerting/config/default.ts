/**
 * The configuration of alerts where none is given: alerts are seen on the page, by `muster alerts` and
 * by amtool, and nobody is told. A site that is off the net inhibits what fails because of that.
 */
export const DEFAULT_CONFIG = `global:
  resolve_timeout: 5m

route:
  receiver: page-only
  group_by: [alertname, site]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
  routes:
    - matchers: [alertname="SiteOffline"]
      group_wait: 0s
    # By then it is known whether it is the site.
    - matchers: [alertname="DeviceOffline"]
      group_wait: 90s

inhibit_rules:
  - source_matchers: [alertname="SiteOffline"]
    target_matchers: [alertname="DeviceOffline"]
    equal: [site]
  - source_matchers: [severity="critical"]
    target_matchers: [severity="warning"]
    equal: [alertname, instance]

receivers:
  - name: page-only
`;
