/**
 * The schema with everything there is, for documents and for people who ask. The running agent
 * loads only the part that its file needs.
 */
import { checkKinds } from '../checks/index.ts';
import { samplers } from '../samplers/index.ts';
import { taskKinds } from '../tasks/index.ts';
import { careShape } from './care.ts';
import { agentSchemaWith } from './schema.ts';

const checks = await Promise.all(checkKinds.map((kind) => kind.load()));
const tasks = await Promise.all(taskKinds.map((kind) => kind.load()));

export const agentSchema = agentSchemaWith(samplers, careShape({ checks, tasks }));
