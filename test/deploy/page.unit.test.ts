import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpointsOf, whyNotReady } from '../../deploy/local/endpoints';
import { ProcessRecords } from '../../deploy/local/processes/process-records';
import { pageService } from '../../deploy/local/services/worker-and-page';
import { SupervisedService } from '../../deploy/local/supervised-service';
