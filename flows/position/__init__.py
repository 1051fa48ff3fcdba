"""Where we stand: reconciling milestones, evidence, measures and risks, and what is to be asked about them."""
