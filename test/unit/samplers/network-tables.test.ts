import { expect, test } from 'vitest';
import { arp } from '../../../agent/samplers/arp.ts';
import { bonding } from '../../../agent/samplers/bonding.ts';
import { conntrack } from '../../../agent/samplers/conntrack.ts';
import { netclass } from '../../../agent/samplers/netclass.ts';
import { netstat } from '../../../agent/samplers/netstat.ts';
import { sockstat } from '../../../agent/samplers/sockstat.ts';
import { softnet } from '../../../agent/samplers/softnet.ts';
import { udpQueues } from '../../../agent/samplers/udp-queues.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { parsed, sampled } from '../../support/samples.ts';

test('netstat: the fields that match, out of tables and lines', () => {
  const raw = {
    tables: [
      'TcpExt: SyncookiesSent ListenDrops TW\nTcpExt: 1 2 3\nIpExt: InOctets\nIpExt: 6286396970\n',
      'Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: MaxConn InErrs\nTcp: -1 5\n',
    ],
    lines: 'Ip6InOctets                     \t460\nIcmp6InErrors  \t7\nUdp6InNothing \t1\n',
  };
  expect(parsed(netstat, raw)).toEqual({
    node_netstat_TcpExt_SyncookiesSent: 1,
    node_netstat_TcpExt_ListenDrops: 2,
    node_netstat_IpExt_InOctets: 6_286_396_970,
    node_netstat_Ip_Forwarding: 1,
    node_netstat_Tcp_InErrs: 5,
    node_netstat_Ip6_InOctets: 460,
    node_netstat_Icmp6_InErrors: 7,
  });
  expect(parsed(netstat, raw, { fields: '^Tcp_MaxConn$' })).toEqual({
    node_netstat_Tcp_MaxConn: -1,
  });
});

test('netstat: a table whose lines do not belong together is left out', () => {
  expect(parsed(netstat, { tables: ['Ip: Forwarding\nTcp: 1\n'], lines: '' })).toEqual({});
});

test('sockstat: memory in pages and in bytes', () => {
  const texts = ['sockets: used 229\nTCP: inuse 4 mem 3\n', 'TCP6: inuse 17\n'];
  expect(parsed(sockstat, { texts, pageBytes: 16_384 })).toEqual({
    node_sockstat_sockets_used: 229,
    node_sockstat_TCP_inuse: 4,
    node_sockstat_TCP_mem: 3,
    node_sockstat_TCP_mem_bytes: 49_152,
    node_sockstat_TCP6_inuse: 17,
  });
});

test('sockstat finds out how large a page is', async () => {
  const bytesFor = async (pages: number) => {
    const host = memoryHost({
      '/proc/net/sockstat': 'UDP: inuse 1 mem 1\n',
      '/proc/meminfo': 'MemTotal: 4194304 kB\nMemFree: 1048576 kB\n',
      '/proc/vmstat': `nr_free_pages ${pages}\n`,
    });
    return (await sampled(sockstat, host))['node_sockstat_UDP_mem_bytes'];
  };
  expect(await bytesFor(262_000)).toBe(4096);
  expect(await bytesFor(65_400)).toBe(16_384);
  expect(await bytesFor(16_500)).toBe(65_536);
  expect(await bytesFor(0)).toBe(4096);
});

test('softnet: the processor is counted by line, or told in the thirteenth column', () => {
  const old = '00049279 00000001 0000000a 0 0 0 0 0 0 0 0\n';
  expect(parsed(softnet, old)).toEqual({
    'node_softnet_processed_total{cpu="0"}': 0x49279,
    'node_softnet_dropped_total{cpu="0"}': 1,
    'node_softnet_times_squeezed_total{cpu="0"}': 10,
  });
  const hotplugged = '1 0 0 0 0 0 0 0 0 0 0 0 00000003 0 0\n';
  expect(parsed(softnet, hotplugged)).toHaveProperty(['node_softnet_processed_total{cpu="3"}'], 1);
});

test('conntrack: sums over cores', () => {
  const statistics = `entries  clashres found new invalid ignore delete delete_list insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart
00000021  00000002 00000003 00000000 00000001 00000000 00000000 00000000 00000000 00000000 0000000a 00000000 00000000  00000000 00000000 00000000 00000004
00000021  00000002 00000001 00000000 00000001 00000000 00000000 00000000 00000000 00000000 00000001 00000000 00000000  00000000 00000000 00000000 00000004
`;
  expect(parsed(conntrack, { count: '33\n', limit: '262144\n', statistics })).toMatchObject({
    node_nf_conntrack_entries: 33,
    node_nf_conntrack_entries_limit: 262_144,
    node_nf_conntrack_stat_found: 4,
    node_nf_conntrack_stat_invalid: 2,
    node_nf_conntrack_stat_drop: 11,
    node_nf_conntrack_stat_search_restart: 8,
  });
  expect(parsed(conntrack, {})).toEqual({});
});

test('udp queues: sums of hexadecimal bytes', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0A000005:0016 00000000:0000 0A 00000015:00000000 00:00000000 00000000     0        0 2740 1
   1: 00000000:0016 00000000:0000 0A 00000001:0000000A 00:00000000 00000000     0        0 2740 1
`;
  expect(parsed(udpQueues, [text, undefined])).toEqual({
    'node_udp_queues{ip="v4",queue="tx"}': 22,
    'node_udp_queues{ip="v4",queue="rx"}': 10,
  });
});

test('arp: entries per interface', () => {
  const text = `IP address       HW type     Flags       HW address            Mask     Device
192.168.1.1    0x1         0x2         cc:aa:dd:ee:aa:bb     *        eth0
192.168.1.2    0x1         0x2         bb:cc:dd:ee:ff:aa     *        eth0
10.0.0.1       0x1         0x2         de:ad:be:ef:00:00     *        wlan0
`;
  expect(parsed(arp, text)).toEqual({
    'node_arp_entries{device="eth0"}': 2,
    'node_arp_entries{device="wlan0"}': 1,
  });
});

test('bonding: members, and those that work', async () => {
  const host = memoryHost({
    '/sys/class/net/bonding_masters': 'bond0\n',
    '/sys/class/net/bond0/bonding/slaves': 'eth0 eth1\n',
    '/sys/class/net/eth0/bonding_slave/mii_status': 'up\n',
    '/sys/class/net/eth1/bonding_slave/mii_status': 'down\n',
  });
  expect(await sampled(bonding, host)).toEqual({
    'node_bonding_slaves{master="bond0"}': 2,
    'node_bonding_active{master="bond0"}': 1,
  });
});

test('netclass: state alone in edge, all but addresses in full', async () => {
  const folder = '/sys/class/net/eth0';
  const host = memoryHost({
    [`${folder}/operstate`]: 'up\n',
    [`${folder}/address`]: '02:fc:00:00:00:01\n',
    [`${folder}/duplex`]: 'full\n',
    [`${folder}/speed`]: '1000\n',
    [`${folder}/flags`]: '0x1303\n',
    [`${folder}/carrier_changes`]: '2\n',
    '/sys/class/net/wlan0/operstate': 'down\n',
    '/sys/class/net/wlan0/speed': '-1\n',
    '/sys/class/net/lo/operstate': 'unknown\n',
    '/sys/class/net/bonding_masters': 'bond0\n',
  });
  const edge = {
    'node_network_up{device="eth0"}': 1,
    'node_network_up{device="wlan0"}': 0,
  };
  expect(await sampled(netclass, host)).toEqual(edge);
  expect(await sampled(netclass, host, { all: true })).toEqual({
    ...edge,
    'node_network_info{device="eth0",duplex="full",operstate="up"}': 1,
    'node_network_speed_bytes{device="eth0"}': 125_000_000,
    'node_network_flags{device="eth0"}': 0x1303,
    'node_network_carrier_changes_total{device="eth0"}': 2,
    'node_network_info{device="wlan0",operstate="down"}': 1,
  });
  expect(await sampled(netclass, host, { all: true, addresses: true })).toHaveProperty([
    'node_network_info{address="02:fc:00:00:00:01",device="eth0",duplex="full",operstate="up"}',
  ]);
});
