int	x;			/* TODO */
