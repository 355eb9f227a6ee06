/** Iridium's own service. */
import { runResourceService } from '../../../../kit/src/orders/resource-service.ts';

void runResourceService('iridium', 'latest');
