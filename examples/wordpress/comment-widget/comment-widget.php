<?php
/**
 * Plugin Name: Comment Widget
 * Description: Shows the comments of a Comment Widget server in the place of WordPress's own.
 * Version: 0.1.0
 * License: MIT
 *
 * Set it up under Settings, Discussion.
 */

defined( 'ABSPATH' ) || exit;

/** The lines that put the comments of the current post on the page, empty where they are closed. */
function comment_widget_box() {
	$server = untrailingslashit( get_option( 'comment_widget_server', '' ) );
	$site   = get_option( 'comment_widget_site', '' );
	if ( '' === $server || '' === $site || ! comments_open() ) {
		return '';
	}
	$url  = get_permalink();
	$page = add_query_arg( array( 'site' => $site, 'url' => rawurlencode( $url ) ), "$server/threads" );
	return wp_get_script_tag(
		array( 'src' => "$server/embed.js", 'data-site' => $site, 'async' => true )
	) . sprintf(
		'<comment-thread data-url="%s" data-title="%s"></comment-thread><noscript><a href="%s">%s</a></noscript>',
		esc_url( $url ),
		esc_attr( wp_strip_all_tags( get_the_title() ) ),
		esc_url( $page ),
		esc_html__( 'Comments' )
	);
}

// Classic themes ask for a file.
add_filter(
	'comments_template',
	function () {
		return __DIR__ . '/comments.php';
	}
);

// Block themes draw a block, which had another name before WordPress 6.1.
foreach ( array( 'core/comments', 'core/post-comments' ) as $comment_widget_block ) {
	add_filter( "render_block_$comment_widget_block", 'comment_widget_box' );
}

add_action(
	'admin_init',
	function () {
		$fields = array(
			'comment_widget_server' => array( __( 'Address of the Comment Widget server' ), 'esc_url_raw' ),
			'comment_widget_site'   => array( __( 'Key of the site on that server' ), 'sanitize_key' ),
		);
		foreach ( $fields as $name => list( $label, $sanitize ) ) {
			register_setting( 'discussion', $name, array( 'sanitize_callback' => $sanitize ) );
			add_settings_field(
				$name,
				$label,
				function () use ( $name ) {
					printf(
						'<input class="regular-text" id="%1$s" name="%1$s" value="%2$s">',
						esc_attr( $name ),
						esc_attr( get_option( $name, '' ) )
					);
				},
				'discussion',
				'default',
				array( 'label_for' => $name )
			);
		}
	}
);
