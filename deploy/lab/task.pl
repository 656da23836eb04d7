#!/bin/perl -w
# A test task in one process, over TCP and UDP: `http` answers with the task's own name, `echo` with what it got.
# Perl is on every Debian and needs no module for this. Unlike busybox httpd (accept queue of 9: under load, connections
# wait a second for their SYN to be repeated) it has a long accept queue, and it keeps connections alive.

my ($mode, $port) = (shift // 'http', shift // $ENV{PORT});
$port ||= $mode eq 'http' ? 80 : 7;
my $body = 'task=' . hostname() . ' node=' . ($ENV{NODE} // '?') . "\n";

my $tcp = open_socket(1);   # SOCK_STREAM
my $udp = open_socket(2);   # SOCK_DGRAM
listen($tcp, 4096) or die "listen: $!";

my %connections;            # by file number: fh, in (http: request not yet complete), out (not yet written), close
my $end;                    # set by SIGTERM: when to stop taking connections
$SIG{TERM} = $SIG{INT} = sub { $end //= time + ($ENV{TERM_DELAY} // 0) };
$SIG{PIPE} = 'IGNORE';
$| = 1;

serve(0.5) until defined $end && time >= $end;
accept_all();               # the accept queue too: closing the listener would reset what waits there
close $tcp;
my $patience = time + 2;
while (%connections && time < $patience && serve(0.1)) { }
exit 0;

sub hostname {
    open(my $file, '<', '/proc/sys/kernel/hostname') or die "hostname: $!";
    chomp(my $name = <$file>);
    return $name;
}

sub open_socket {
    my ($type) = @_;
    socket(my $fh, 2, $type, 0) or die "socket: $!";
    setsockopt($fh, 1, 2, pack('i', 1));                                     # SO_REUSEADDR
    bind($fh, pack('S n N x8', 2, $port, 0)) or die "bind to port $port: $!";
    fcntl($fh, 4, 2048);                                                      # O_NONBLOCK
    return $fh;
}

# One round of the event loop; false if nothing happened for so long.
sub serve {
    my ($timeout) = @_;
    my ($read, $write) = ('', '');
    for my $fh (grep { defined fileno $_ } $tcp, $udp) { vec($read, fileno $fh, 1) = 1 }
    for my $fd (keys %connections) {
        if (length $connections{$fd}{out}) { vec($write, $fd, 1) = 1 } else { vec($read, $fd, 1) = 1 }
    }
    my $ready = select($read, $write, undef, $timeout);
    return $ready == 0 ? 0 : 1 if $ready <= 0;                                # less than 0: a signal
    accept_all() if defined fileno $tcp && vec($read, fileno $tcp, 1);
    answer_datagrams() if vec($read, fileno $udp, 1);
    for my $fd (keys %connections) {
        my $connection = $connections{$fd};
        receive($connection) if vec($read, $fd, 1);
        flush_out($connection) if length $connection->{out} || $connection->{close};
        delete $connections{$fd} if $connection->{close} && !length $connection->{out};
    }
    return 1;
}

sub accept_all {
    while (accept(my $fh, $tcp)) {
        fcntl($fh, 4, 2048);
        $connections{fileno $fh} = { fh => $fh, in => '', out => '', close => 0 };
    }
}

sub answer_datagrams {
    while (defined(my $from = recv($udp, my $datagram, 65536, 0))) {
        send($udp, $mode eq 'echo' ? $datagram : $body, 0, $from);
    }
}

sub receive {
    my ($connection) = @_;
    my $count = sysread($connection->{fh}, my $bytes, 65536);
    return if !defined $count && $! == 11;   # EAGAIN
    if (!$count) { $connection->{close} = 1; return }
    if ($mode eq 'echo') { $connection->{out} .= $bytes; return }
    $connection->{in} .= $bytes;
    respond($connection, $1) while $connection->{in} =~ s/\A(.*?\r\n)\r\n//s;
}

sub respond {
    my ($connection, $head) = @_;
    my $keep = !defined $end && $head !~ /^connection: *close/mi
        && ($head =~ /\A\S+ \S+ HTTP\/1\.1/ || $head =~ /^connection: *keep-alive/mi);
    $connection->{out} .= "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " . length($body)
        . "\r\nConnection: " . ($keep ? 'keep-alive' : 'close') . "\r\n\r\n$body";
    $connection->{close} = 1 unless $keep;
}

sub flush_out {
    my ($connection) = @_;
    my $count = syswrite($connection->{fh}, $connection->{out});
    if (defined $count) { substr($connection->{out}, 0, $count, '') }
    elsif ($! != 11) { @$connection{qw(out close)} = ('', 1) }             # not EAGAIN: the other side is gone
}
