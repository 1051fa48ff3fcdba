"""What was promised: the model of the plan, due dates, periods and calendar, loading and checking it."""
