/** What a person wrote for `docs/samplers.md`; the tables between come from the registry. */

const before = `# Samplers

<!-- Made by scripts/samplers-doc.ts from agent/samplers; change those and run it again. -->

A sampler reads one subsystem of the kernel and reports it under the names, labels and units of
node_exporter, so that dashboards and alert rules made for it work unchanged. Nothing here starts a
child process. \`muster-agent sample --prometheus\` prints what this machine has.

- **Profile \`edge\`** (the default) reports what dashboards and alert rules ask for, and what edge
  devices die of: worn flash, file systems that fell back to read-only, weak power supplies, heat, a
  clock that nobody sets. That is 80 to 100 series on four cores with one disk, two file systems and
  one network interface; a second interface adds 9, a Raspberry Pi's firmware 8.
- **Profile \`full\`** adds most of what node_exporter has. Where it widens an option of a sampler that
  \`edge\` runs too, the option says so below.

Three rules hold for all:

- What is not there is not reported: no series at all rather than zeros. A sampler fails
  (\`node_scrape_collector_success\` 0) when a file that every Linux has cannot be read, when it gives
  no answer in time, or when a mount hangs.
- Counters are doubles. The kernel's 64-bit counters are rounded to the nearest double once they pass
  2^53, as in node_exporter.
- Expressions in options are JavaScript's regular expressions, not anchored unless they say so.
  Those of node_exporter's flags can be copied as they are.

Samplers without an interval of their own run at the agent's usual one. None waits longer than 60 s
by default, as a series that pauses for five minutes counts as ended in Prometheus.
`;

const between = `## Metrics and options

Options stand under \`samplers.<name>\` in the configuration, beside \`enabled\`, \`interval\` and
\`timeout\`. An option's value in brackets is its default.
`;

const after = `## Where we differ from node_exporter on purpose

| what | why |
|---|---|
| \`cpu\`, \`diskstats\`, \`meminfo\`, \`netdev\`, \`netclass\`, \`wireless\`, \`os\` report a selection in \`edge\` | series cost money on mobile data; the options widen them one by one |
| \`netdev\`, \`netclass\` leave out loopback, bridges, and interfaces of containers in \`edge\` | they come and go, and each would be a series for ever |
| \`diskstats\` leaves out partitions of cards, zram and optical drives in \`edge\` | the whole disk says the same |
| \`filesystem\` leaves out network and FUSE file systems | asking them may hang; \`remote\` turns them on |
| \`filesystem\` adds \`node_filesystem_remounted_readonly\` | a card that dies turns read-only first. It is 1 also after a restart of the agent: the kernel leaves the mount's own flag writable when it protects itself |
| a mount that hangs shows \`node_filesystem_device_error\` 1 and the sampler counts as failed | the other mounts are reported as ever |
| \`boottime\` is a sampler of its own | \`edge\` needs it without the rest of \`stat\` |
| \`cpu_throttle\` is a sampler of its own | sysfs is slower than \`/proc/stat\` |
| hardware addresses are empty in \`node_network_info\`, serial numbers are left out of \`node_power_supply_info\` | they identify a device and its owner; \`netclass.addresses\` turns the first on |
| negative speeds are left out of \`node_network_speed_bytes\` | the driver does not know |
| \`node_timex_sync_status\` comes from systemd-timesyncd's own file | Node cannot call adjtimex(2). It is 0 again when the last synchronisation is nearly nine hours old, as in the kernel. Beside chrony, ntpd or nothing at all it is absent, since nothing is known |
| \`textfile\` runs when asked for, refuses files over 1 MiB and more than 2,000 series in all | a runaway script must not fill the buffer |

## Textfiles

\`textfile\` reads \`*.prom\` files as node_exporter's collector does: Prometheus' text format, taken
whole or not at all. A line without its end, a timestamp, a label twice, an unknown escape or type
refuses the file; \`node_textfile_scrape_error\` is 1 then, and the other files count. Write to another
name and rename, so that no half file is ever read. A series that two files hold is taken from the
first and counts as an error.

## What node_exporter's default collectors have that we have not

| collector | why not |
|---|---|
| bcache, btrfs, xfs, zfs | tens of series each for storage that edge devices rarely have. ZFS and XFS tables are easy to read and may come; btrfs needs ioctl(2) for what matters (device errors), which Node does not have |
| dmi, nvme | they tell model and serial number, which the inventory has (without the serial). The wear of an NVMe disk needs ioctl(2): write it to a textfile with \`nvme smart-log\` |
| fibrechannel, infiniband, tapestats | data-centre hardware |
| ipvs, nfs, nfsd | servers' roles |
| rapl | the kernel lets only root read it since 2020, and the agent is not root |
| systemd (Debian's build) | needs D-Bus; the agent's checks watch units |
| timex | adjtimex(2), see above |

Of the collectors that we have:

| metric | why not |
|---|---|
| \`node_disk_info\`, \`node_disk_ata_*\`, \`node_disk_device_mapper_info\`, \`node_disk_filesystem_info\` | out of udev's private database, serial numbers among them; the inventory names the disks |
| \`node_network_receive_nohandler_total\` | netlink only |
| \`node_time_zone_offset_seconds\` | devices keep UTC; its label would need Go's names of time zones |
`;

export const samplersDocFrame = { before, between, after };
