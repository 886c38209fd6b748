<?php
// What a classic theme shows under a post.
defined( 'ABSPATH' ) || exit;

echo comment_widget_box(); // phpcs:ignore WordPress.Security.EscapeOutput -- escaped where it is made.
