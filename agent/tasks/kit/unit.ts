/** Names of systemd units that may be written in a configuration: complete, and never an option. */
export const UNIT_PATTERN =
  '^[A-Za-z0-9:_.@\\\\][A-Za-z0-9:_.@\\\\-]{0,200}\\.(service|socket|timer|path|target|mount|slice)$';
