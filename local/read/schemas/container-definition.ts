/** One element of `container_definitions` (ECS task_definition_parameters: container definitions). */
import { block, blocks, bool, inert, number, text, texts, word } from '../schema.ts';

const FILES = 'processes share this machine’s files';
const NAMES = 'names are resolved by this machine';
const USER = 'processes run as whoever started the plane';
const TERMINAL = 'there is no terminal';
const NAMESPACES = 'processes are not in namespaces';

/** Port ranges are the one thing of a port mapping that changes what is mapped and is not here. */
const PORT_MAPPING = {
  containerPort: number({ required: true, min: 1, max: 65_535 }),
  hostPort: number({ min: 0, max: 65_535 }),
  protocol: word(['tcp', 'udp'], 'tcp'),
  name: text(),
  appProtocol: inert('service connect is not offered here'),
} as const;

/** Options of other drivers than awslogs pass without effect. */
const LOG_CONFIGURATION = {
  logDriver: text({ required: true }),
  options: inert('options of the awslogs driver are read one by one'),
  secretOptions: inert('log lines go to the plane’s own store'),
} as const;

export const CONTAINER = {
  name: text({
    required: true,
    pattern: /^[A-Za-z0-9_-]{1,255}$/,
    rule: '1 to 255 letters, digits, hyphens and underscores',
  }),
  image: text({ required: true, pattern: /^\S{1,255}$/, rule: 'an image reference without spaces' }),
  essential: bool(true),
  cpu: number({ fallback: 0, min: 0, max: 196_608 }),
  memory: number({ min: 6, rule: 'at least 6 MiB' }),
  memoryReservation: number({ min: 6, rule: 'at least 6 MiB' }),
  portMappings: blocks(PORT_MAPPING, { max: 100 }),
  environment: blocks({ name: text({ required: true }), value: text({ fallback: '' }) }),
  secrets: blocks({ name: text({ required: true }), valueFrom: text({ required: true }) }),
  entryPoint: texts(),
  command: texts(),
  workingDirectory: text(),
  healthCheck: block({
    command: texts({ min: 1, rule: 'CMD, CMD-SHELL or NONE, and what to run' }),
    interval: number({ fallback: 30, min: 5, max: 300 }),
    timeout: number({ fallback: 5, min: 2, max: 60 }),
    retries: number({ fallback: 3, min: 1, max: 10 }),
    startPeriod: number({ fallback: 0, min: 0, max: 300 }),
  }),
  dependsOn: blocks({
    containerName: text({ required: true }),
    condition: word(['START', 'COMPLETE', 'SUCCESS', 'HEALTHY']),
  }),
  stopTimeout: number({ fallback: 30, min: 0, max: 86_400 }),
  logConfiguration: block(LOG_CONFIGURATION),
  mountPoints: inert(FILES),
  volumesFrom: inert(FILES),
  readonlyRootFilesystem: inert(FILES),
  linuxParameters: inert(NAMESPACES),
  dockerSecurityOptions: inert(NAMESPACES),
  hostname: inert('processes share this machine’s name'),
  user: inert(USER),
  privileged: inert(USER),
  disableNetworking: inert('processes share this machine’s network'),
  dnsServers: inert(NAMES),
  dnsSearchDomains: inert(NAMES),
  extraHosts: inert(NAMES),
  dockerLabels: inert('labels are not shown'),
  interactive: inert(TERMINAL),
  pseudoTerminal: inert(TERMINAL),
  ulimits: inert('limits are those of whoever started the plane'),
  systemControls: inert('settings are those of this machine'),
  resourceRequirements: inert('there are no accelerators'),
  firelensConfiguration: inert('log lines go to the plane’s own store'),
  startTimeout: inert('a process starts at once'),
  links: inert('containers of a task share an address here'),
  repositoryCredentials: inert('images are built from the services here'),
  /** Objects of these stacks, in S3. */
  environmentFiles: blocks(
    { value: text({ required: true }), type: word(['s3'], 's3') },
    { max: 10, rule: 'at most 10 environment files a container (ECS use-environment-file)' },
  ),
  credentialSpecs: inert('there is no domain'),
  restartPolicy: inert('a container that ends stops its task or stays ended'),
  versionConsistency: inert('a tag is one build here'),
} as const;

/** What the awslogs driver reads (ECS using_awslogs). */
export const AWSLOGS_OPTIONS = {
  'awslogs-group': text({ required: true }),
  'awslogs-region': text(),
  'awslogs-stream-prefix': text(),
  'awslogs-create-group': bool(false),
  'awslogs-datetime-format': inert('each line is one event'),
  'awslogs-multiline-pattern': inert('each line is one event'),
  mode: inert('lines are never dropped'),
  'max-buffer-size': inert('lines are never dropped'),
} as const;
