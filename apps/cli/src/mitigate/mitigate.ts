import type { MitigationResult } from './mitigation-result.js';
import { postProcess } from './post-process.js';
import { repairFeatures } from './repair-features.js';
import { rerankTable } from './rerank-table.js';
import { reweigh } from './reweigh.js';
import type { Workplace } from './workplace.js';

/** Does what the task's method is for: fits to one table, writes, and judges by another. */
export const mitigate = (workplace: Workplace): Promise<MitigationResult> => {
  switch (workplace.options.method) {
    case 'reweighing':
      return reweigh(workplace);
    case 'disparate-impact-remover':
    case 'correlation-remover':
      return repairFeatures(workplace);
    case 'group-thresholds':
    case 'equalized-odds':
    case 'calibrated-odds':
    case 'reject-option':
      return postProcess(workplace);
    case 'reranking':
      return rerankTable(workplace);
  }
};
