/**
 * Space and inodes of each mounted file system, and those that fell back to read-only: on flash
 * storage the first sign of its end.
 *
 * A call on a dead mount may never return. Its mount then shows `device_error`, the others report
 * as ever, and the reading counts as failed.
 */
import type { Host, StatFs } from '../ports.ts';
import { perHost } from './memory.ts';
import {
  compiled,
  flagOption,
  flagSchema,
  optionsSchema,
  patternSchema,
  textOption,
} from './options.ts';
import type { Mount } from './parse/mountinfo.ts';
import { parseMountinfo } from './parse/mountinfo.ts';
import { nameFilter } from './parse/names.ts';
import { gauge, sampler } from './sampler.ts';
import { required } from './source.ts';

const MOUNT_POINTS_EXCLUDED =
  '^/(dev|proc|run|sys|mnt|media|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)';
const TYPES_EXCLUDED =
  '^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|' +
  'mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$';
/** Another machine or process stands behind these: asking them may hang. */
const REMOTE_TYPES =
  '^(9p|afs|beegfs|ceph|cifs|coda|fuse|fuseblk|fuse\\..*|gfs2|glusterfs|gpfs|lustre|ncpfs|nfs|nfs4|' +
  'ocfs2|orangefs|smb3|smbfs|virtiofs)$';
/** These switch themselves to read-only after errors, which leaves the mount's own flag alone. */
const SELF_PROTECTING =
  /^(ext[234]|vfat|msdos|exfat|btrfs|f2fs|jfs|ubifs|nilfs2|ntfs3|reiserfs|xfs)$/;

const LABELS = ['device', 'mountpoint', 'fstype'];
const size = gauge('node_filesystem_size_bytes', 'Size of the file system.', LABELS);
const free = gauge('node_filesystem_free_bytes', 'Free space.', LABELS);
const avail = gauge('node_filesystem_avail_bytes', 'Space free to unprivileged users.', LABELS);
const files = gauge('node_filesystem_files', 'Inodes in all.', LABELS);
const filesFree = gauge('node_filesystem_files_free', 'Free inodes.', LABELS);
const readOnly = gauge('node_filesystem_readonly', '1 when it cannot be written.', LABELS);
const deviceError = gauge(
  'node_filesystem_device_error',
  '1 when its figures could not be had: an error, or no answer in time.',
  LABELS,
);
const remounted = gauge(
  'node_filesystem_remounted_readonly',
  '1 when it was mounted writable and is read-only now, as after an error of its device.',
  LABELS,
);

interface Raw {
  readonly mounts: readonly Mount[];
  /** One per mount. */
  readonly answers: readonly (StatFs | 'pending' | 'failed')[];
  /** Mounts that were writable once. */
  readonly writable: Set<string>;
}

const writableOf = perHost(() => new Set<string>());

const wantedMount = compiled((options) => {
  const mountPoints = nameFilter(
    '',
    textOption(options, 'mountPointsExclude', MOUNT_POINTS_EXCLUDED),
  );
  const types = nameFilter('', textOption(options, 'fsTypesExclude', TYPES_EXCLUDED));
  const local = nameFilter('', flagOption(options, 'remote') ? '' : REMOTE_TYPES);
  return (mount: Mount) => types(mount.type) && local(mount.type) && mountPoints(mount.mountPoint);
});

export const filesystem = sampler<Raw>({
  name: 'filesystem',
  summary: 'space, inodes and read-only state of mounted file systems',
  profiles: ['edge', 'full'],
  intervalSeconds: 60,
  timeoutMs: 5000,
  metrics: [size, free, avail, files, filesFree, readOnly, deviceError, remounted],
  options: optionsSchema({
    mountPointsExclude: patternSchema('mount points left out', MOUNT_POINTS_EXCLUDED),
    fsTypesExclude: patternSchema('file system types left out', TYPES_EXCLUDED),
    remote: flagSchema('also network and FUSE file systems, which may hang'),
  }),

  async read(host: Host, options) {
    const mounts = distinct(allMounts(host).filter(wantedMount(options)));
    const answers = await Promise.all(
      mounts.map((mount) => host.statfs(mount.mountPoint).catch(() => 'failed' as const)),
    );
    return { mounts, answers, writable: writableOf(host) };
  },

  parse({ mounts, answers, writable }, emit) {
    const hanging: string[] = [];
    mounts.forEach((mount, index) => {
      const labels = [mount.device, mount.mountPoint, mount.type];
      const isReadOnly = mount.mountReadOnly || mount.superReadOnly;
      if (!isReadOnly) writable.add(labels.join('\n'));
      const lostWriting = writable.has(labels.join('\n')) || isSelfProtected(mount);
      emit(readOnly, isReadOnly ? 1 : 0, labels);
      emit(remounted, isReadOnly && lostWriting ? 1 : 0, labels);
      const answer = answers[index];
      if (answer === 'pending') hanging.push(mount.mountPoint);
      if (answer === undefined || typeof answer === 'string') {
        emit(deviceError, 1, labels);
        return;
      }
      emit(deviceError, 0, labels);
      emit(size, answer.sizeBytes, labels);
      emit(free, answer.freeBytes, labels);
      emit(avail, answer.availBytes, labels);
      emit(files, answer.files, labels);
      emit(filesFree, answer.filesFree, labels);
    });
    if (hanging.length > 0) throw new Error(`no answer from ${hanging.join(', ')}`);
  },
});

/**
 * As the first process sees them. When it is hidden, our own view has to do, in which a hardened
 * unit turns writable file systems into read-only mounts: then only the file system itself counts.
 */
function allMounts(host: Host): Mount[] {
  const first = host.readNow('/proc/1/mountinfo');
  if (first !== undefined) return parseMountinfo(first);
  return parseMountinfo(required(host, '/proc/self/mountinfo')).map((mount) => ({
    ...mount,
    mountReadOnly: mount.superReadOnly,
  }));
}

/** Known without having seen it writable: survives a restart of the agent. */
function isSelfProtected(mount: Mount): boolean {
  return mount.superReadOnly && !mount.mountReadOnly && SELF_PROTECTING.test(mount.type);
}

/** One mount over another of the same device and place would yield the same series twice. */
function distinct(mounts: readonly Mount[]): Mount[] {
  const byName = new Map<string, Mount>();
  for (const mount of mounts) {
    byName.set(`${mount.device}\n${mount.mountPoint}\n${mount.type}`, mount);
  }
  return [...byName.values()];
}
