"""What inspectors make of calls: findings and judgements in, marks, scores, samples, agreement and next steps out."""
