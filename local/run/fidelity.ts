/** Rules that AWS does not publish, or that its pages disagree on, as this plane models them. The ledger lists them. */
import type { FidelityNote } from '../topology.ts';

const approximated = (subject: string, reason: string): FidelityNote => ({ subject, kind: 'approximated', reason });

export const APPROXIMATIONS: readonly FidelityNote[] = [
  approximated(
    'deregistration',
    'a deregistering target gets no new request at once; draining ends early when it is idle',
  ),
  approximated(
    'network load balancers',
    'a target is the highest hash of flow and target; one loopback address stands for all nodes, and without cross-zone load balancing each zone gets an equal share of connections; an idle connection is reset at its time-out, not with its next packet',
  ),
  approximated(
    'deployment circuit breaker',
    'the threshold is half the desired count rounded up, at least 3, at most 200',
  ),
  approximated(
    'deployment alarms',
    'a deployment bakes for (evaluation periods + 1) × period of its slowest alarm; AWS does not publish how it computes that',
  ),
  approximated(
    'ECS blue/green',
    'bakes for 15 minutes where no time is given; hooks of a rollback are told and change nothing; a first revision has no steps and no bake time',
  ),
  approximated(
    'daemons',
    'what daemons still to come need on an instance is kept free of other tasks, and managed scaling counts it of each instance that is to come; a draining instance loses them last, after tasks of RunTask too',
  ),
  approximated(
    'restart throttle',
    'waits grow from 10 s to 15 min after five failures in a row; AWS publishes the bound only',
  ),
  approximated(
    'CodeDeploy hooks',
    'a function that throws or returns without a report leaves its event pending for the hour; one that is not there fails it',
  ),
  approximated(
    'CodeDeploy traffic',
    'green joins the production route with weight 0 at Install; an increment waits up to an hour for a healthy target',
  ),
  approximated(
    'CodeDeploy rollback',
    'runs no hooks, heeds no alarms, and waits up to an hour for a healthy original task',
  ),
  approximated(
    'CodeDeploy leftovers',
    'what a failed deployment without rollback, or a readiness wait that ran out, leaves is ended by the next deployment',
  ),
  approximated('dynamic host ports', 'taken from net.ipv4.ip_local_port_range of the user data, else 32768 to 60999'),
  approximated('instance boot', 'an instance joins its cluster three control seconds after its launch'),
  approximated('task stop', 'deregister, drain, SIGTERM, stop timeout in real time, SIGKILL'),
  approximated('SNS retries', 'a 4xx other than 429 is not tried again; back-off has 5 % jitter'),
  approximated(
    'client-side security group rules',
    'clients of a load balancer are on this machine and are not checked against its ingress rules',
  ),
  approximated(
    'desync',
    'severe requests are refused in monitor mode too; folded lines and fields without a colon are refused',
  ),
  approximated(
    'client time-outs',
    '408 for a head counts from its first byte; clients are served HTTP/1.1; an HTTPS listener has a certificate of the plane’s own authority',
  ),
  approximated(
    'weighted groups',
    'smooth turns give exact shares; a group of weight 0 gets nothing, not even clients bound to it',
  ),
  approximated('draining targets', 'gone once idle; AWS shows draining until the delay has passed'),
  approximated('one node', 'no metrics by zone, no access log lines; counts are multiplied by the clock rate'),
  approximated('tables', 'DynamoDB has no expiry, transactions, throughput limits or streams here'),
  approximated(
    'topics',
    'a plane that is killed delivers what it had accepted once its subscriptions are confirmed again, at least once',
  ),
  approximated(
    'alarms',
    'two periods more than the evaluation periods are looked at for gaps; evaluated 5 s after the minute, later at fast clock rates',
  ),
  approximated(
    'functions',
    'each invocation is a cold start on the Node of the plane, in real time; only the heap is held to the memory size',
  ),
  approximated(
    'REST APIs: throttles and quotas',
    'exact, where AWS applies them on a best-effort basis; a week begins on Monday; a throttled request does not use the quota',
  ),
  approximated(
    'REST APIs: usage',
    'a request counts once at any clock rate; a plane that is killed forgets what was used, and keys made by hand',
  ),
  approximated(
    'REST APIs: answers',
    'buffered whole and passed on byte by byte, binary or not; x-amzn-ErrorType of 413, 415 and 5xx is not published',
  ),
  approximated(
    'user data',
    'read, not run: objects, files, systemd units and Node programs act, conditions are not evaluated',
  ),
  approximated('systemd', 'restarts, start limits and stop time-outs of programs on instances are in real time'),
  approximated('command waits', 'looked at each second instead of every 15 s; the command itself is not run'),
  approximated(
    'target tracking',
    'out: ceil(tasks × newest ÷ target), in: below 90 % of the target and by the highest of 15 minutes; cooldowns begin with the decision',
  ),
  approximated('step scaling', 'the aggregate of the alarm’s evaluated datapoints chooses the step'),
  approximated(
    'capacity providers',
    'tasks needed is a lower bound; out at the first minute above the target; tasks wait at the first provider of their strategy',
  ),
  approximated(
    'instance draining',
    'managed draining gives up after 48 hours; RunTask waits 30 minutes for capacity; only terminating lifecycle hooks hold instances',
  ),
];
