/** Iridium's service as a process. */
import { testResourceService } from '../../../kit/src/testing/resource-service.ts';

testResourceService(import.meta.dirname, 'Iridium');
