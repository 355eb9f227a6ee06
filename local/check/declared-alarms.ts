import type { Topology } from '../topology.ts';

/** Composite alarms are passed over by the reader, and are alarms nevertheless. */
export const isDeclaredAlarm = ({ alarms, inert }: Pick<Topology, 'alarms' | 'inert'>, name: string): boolean =>
  alarms.some((alarm) => alarm.name === name) || inert.some(({ attributes }) => attributes['alarm_name'] === name);
