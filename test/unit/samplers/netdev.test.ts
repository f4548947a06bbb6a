import { expect, test } from 'vitest';
import { netdev } from '../../../agent/samplers/netdev.ts';
import { optionsFor } from '../../../agent/samplers/sampler.ts';
import { parsed } from '../../support/samples.ts';

const TEXT = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  138629      98    0    0    0     0          0         0   138629      98    0    0    0     0       0          0
  eth0: 430670922   11340    1    2    3     4          5         6   910320    7113    7    8    9    10      11         12
eth0:1:18446744073709551615 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0
vethaf1: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
`;

test('in edge bytes, packets, errors and drops of what is a real interface', () => {
  const samples = parsed(netdev, TEXT, { exclude: '^(lo|veth.*|.*:.*)$' });
  expect(samples).toEqual({
    'node_network_receive_bytes_total{device="eth0"}': 430_670_922,
    'node_network_receive_packets_total{device="eth0"}': 11_340,
    'node_network_receive_errs_total{device="eth0"}': 1,
    'node_network_receive_drop_total{device="eth0"}': 2,
    'node_network_transmit_bytes_total{device="eth0"}': 910_320,
    'node_network_transmit_packets_total{device="eth0"}': 7113,
    'node_network_transmit_errs_total{device="eth0"}': 7,
    'node_network_transmit_drop_total{device="eth0"}': 8,
  });
});

test('loopback and container interfaces are left out, in full loopback alone', () => {
  const devices = (profile: 'edge' | 'full') =>
    Object.keys(parsed(netdev, TEXT, optionsFor(netdev, profile)))
      .filter((series) => series.startsWith('node_network_receive_bytes_total'))
      .map((series) => series.replace(/.*device="(.*)".*/, '$1'));
  expect(devices('edge')).toEqual(['eth0', 'eth0:1']);
  expect(devices('full')).toEqual(['eth0', 'eth0:1', 'vethaf1']);
});

test('in full all columns under their names', () => {
  const samples = parsed(netdev, TEXT, optionsFor(netdev, 'full'));
  expect(samples).toMatchObject({
    'node_network_receive_fifo_total{device="eth0"}': 3,
    'node_network_receive_frame_total{device="eth0"}': 4,
    'node_network_receive_compressed_total{device="eth0"}': 5,
    'node_network_receive_multicast_total{device="eth0"}': 6,
    'node_network_transmit_fifo_total{device="eth0"}': 9,
    'node_network_transmit_colls_total{device="eth0"}': 10,
    'node_network_transmit_carrier_total{device="eth0"}': 11,
    'node_network_transmit_compressed_total{device="eth0"}': 12,
  });
});

test('counters of 64 bits are rounded to the nearest double', () => {
  const samples = parsed(netdev, TEXT);
  expect(samples['node_network_receive_bytes_total{device="eth0:1"}']).toBe(2 ** 64);
});
