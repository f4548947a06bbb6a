/** `broker`: an external one. `disks`: small ones of its own, which takes the right to mount. */
export type Need = 'broker' | 'disks';
