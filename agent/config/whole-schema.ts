/**
 * The schema with every sampler there is, for documents and for people who ask. The running agent
 * loads only the part that its file needs.
 */
import { samplers } from '../samplers/index.ts';
import { agentSchemaWith } from './schema.ts';

export const agentSchema = agentSchemaWith(samplers);
