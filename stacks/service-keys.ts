/** Every service of both systems, as CUTOVER_TAGS and the desired counts name them. */
import { FORUM_SERVICES } from './forum-services.ts';
import { LOGISTICS_SERVICES } from './logistics-services.ts';

export const SERVICE_KEYS = [...LOGISTICS_SERVICES, ...FORUM_SERVICES] as const;
export type ServiceKey = (typeof SERVICE_KEYS)[number];
