#!/bin/perl -w
# A test task in one process, over TCP and UDP: `http` answers with the task's own name, `echo` with what it got. It listens
# on one port, or on several: 80,443,9000. Asked for /peer, or by a datagram that says so, `http` answers with the address
# that it takes its client for, too; asked for /port, with the port that was asked; asked for /whom, also with the task that
# the client was sent to, by a header of the PROXY protocol (version 2), and SERVICE.
# Perl is on every Debian and needs no module for this. Unlike busybox httpd (accept queue of 9: under load, connections
# wait a second for their SYN to be repeated) it has a long accept queue, and it keeps connections alive. With LOG_CLIENTS
# set it says of each connection and datagram where it came from, once a second: "tcp 192.0.2.7:4711".

my ($mode, $ports) = (shift // 'http', shift // $ENV{PORT});
$ports ||= $mode eq 'http' ? 80 : 7;
my $body = 'task=' . hostname() . ' node=' . ($ENV{NODE} // '?') . "\n";

# epoll by its numbers, as Perl has no word for it: select would look at every connection in every round.
my ($epoll_create1, $epoll_ctl, $epoll_pwait, $event) =
    machine() == 62 ? (291, 233, 281, 'L l x4') : (20, 21, 22, 'L x4 l x4');  # x86_64, or aarch64
my ($IN, $OUT) = (1, 4);
my $epoll = syscall($epoll_create1, 0);
die "epoll: $!" if $epoll < 0;

my (%listeners, %receivers);   # by file number
for my $port (split /,/, $ports) {
    my ($tcp, $udp) = map { open_socket($_, $port) } 1, 2;   # SOCK_STREAM, SOCK_DGRAM
    listen($tcp, 4096) or die "listen: $!";
    ($listeners{fileno $tcp}, $receivers{fileno $udp}) = ($tcp, $udp);
}
watch(1, $_, $IN) for keys %listeners, keys %receivers;

my %connections;            # by file number: fh, in (http: request not yet complete), out (not yet written), close, awaits
my $end;                    # set by SIGTERM: when to stop taking connections
my ($said, $told) = ('', 0);   # lines of LOG_CLIENTS that are not yet out, and when some were last
$SIG{TERM} = $SIG{INT} = sub { $end //= time + ($ENV{TERM_DELAY} // 0) };
$SIG{PIPE} = 'IGNORE';
$| = 1;

serve(0.5), say_clients() until defined $end && time >= $end;
accept_all($_) for values %listeners;   # the accept queues too: closing a listener would reset what waits there
%listeners = ();
my $patience = time + 2;
while (%connections && time < $patience && serve(0.1)) { }
print $said;
exit 0;

sub hostname {
    open(my $file, '<', '/proc/sys/kernel/hostname') or die "hostname: $!";
    chomp(my $name = <$file>);
    return $name;
}

sub open_socket {
    my ($type, $port) = @_;
    socket(my $fh, 2, $type, 0) or die "socket: $!";
    setsockopt($fh, 1, 2, pack('i', 1));                                     # SO_REUSEADDR
    bind($fh, pack('S n N x8', 2, $port, 0)) or die "bind to port $port: $!";
    fcntl($fh, 4, 2048);                                                      # O_NONBLOCK
    return $fh;
}

# The machine that this Perl was built for, from the head of its file.
sub machine {
    open(my $file, '<:raw', '/proc/self/exe') or die "exe: $!";
    sysread($file, my $head, 20) == 20 or die "exe: $!";
    return unpack('x18 S', $head);
}

# Begins (1) to wait for something of a file, or waits for something else (3).
sub watch {
    my ($how, $fd, $what) = @_;
    my $wish = pack($event, $what, $fd);
    syscall($epoll_ctl, $epoll, $how, $fd, $wish) == 0 or die "epoll_ctl: $!";
}

# One round of the event loop; false if nothing happened for so long.
sub serve {
    my ($timeout) = @_;
    my $size = length pack($event, 0, 0);
    my $events = "\0" x (256 * $size);
    my $ready = syscall($epoll_pwait, $epoll, $events, 256, int($timeout * 1000), 0, 8);
    for my $i (0 .. $ready - 1) {
        my (undef, $fd) = unpack($event, substr($events, $i * $size, $size));
        if ($listeners{$fd}) { accept_all($listeners{$fd}) }
        elsif ($receivers{$fd}) { answer_datagrams($receivers{$fd}) }
        elsif ($connections{$fd}) { go_on($fd, $connections{$fd}) }
    }
    return $ready != 0;                                                       # less than 0: a signal
}

sub go_on {
    my ($fd, $connection) = @_;
    receive($connection) unless length $connection->{out};
    flush_out($connection) if length $connection->{out};
    if ($connection->{close} && !length $connection->{out}) { delete $connections{$fd}; return }
    my $awaits = length $connection->{out} ? $OUT : $IN;
    watch(3, $fd, $awaits) if $awaits != $connection->{awaits};
    $connection->{awaits} = $awaits;
}

sub accept_all {
    my ($tcp) = @_;
    while (my $from = accept(my $fh, $tcp)) {
        log_client('tcp', $from);
        fcntl($fh, 4, 2048);
        $connections{fileno $fh} = { fh => $fh, in => '', out => '', close => 0, awaits => $IN };
        watch(1, fileno $fh, $IN);
    }
}

sub log_client {
    my ($protocol, $from) = @_;
    return unless $ENV{LOG_CLIENTS};
    my ($port, @address) = unpack('x2 n C4', $from);
    $said .= "$protocol " . join('.', @address) . ":$port\n";
}

# Each line by itself would be as much work for Docker as the connection is.
sub say_clients {
    return if $said eq '' || time == $told;
    print $said;
    ($said, $told) = ('', time);
}

sub answer_datagrams {
    my ($udp) = @_;
    while (defined(my $from = recv($udp, my $datagram, 65536, 0))) {
        log_client('udp', $from);
        my $answer = $datagram eq 'peer' ? peer($from) . $body : $body;
        send($udp, $mode eq 'echo' ? $datagram : $answer, 0, $from);
    }
}

# An address as a line: peer=192.0.2.1:40000
sub peer {
    my (undef, $port, @bytes) = unpack('S n C4', shift);
    return 'peer=' . join('.', @bytes) . ":$port\n";
}

# The port of this end of a connection, as a line: port=80
sub own_port {
    my (undef, $port) = unpack('S n', getsockname shift);
    return "port=$port\n";
}

# Who was sent to whom, as lines: peer=<address and port>, whom=<task>, service=<name>.
sub whom {
    my ($connection) = @_;
    return peer($connection->{peer} // getpeername $connection->{fh}) . 'whom=' . ($connection->{whom} // '?') . "\nservice=" . ($ENV{SERVICE} // '?') . "\n";
}

sub receive {
    my ($connection) = @_;
    my $count = sysread($connection->{fh}, my $bytes, 65536);
    return if !defined $count && $! == 11;   # EAGAIN
    if (!$count) { $connection->{close} = 1; return }
    if ($mode eq 'echo') { $connection->{out} .= $bytes; return }
    $connection->{in} .= $bytes;
    take_header($connection);
    respond($connection, $1) while $connection->{in} =~ s/\A(.*?\r\n)\r\n//s;
}

# Takes a header of the PROXY protocol over IPv4 off what a client has said: whose connection it is, and for which task.
sub take_header {
    my ($connection) = @_;
    return unless $connection->{in} =~ /\A\r\n\r\n\0\r\nQUIT\n/;
    my $length = unpack('x14 n', $connection->{in});
    my $values = substr($connection->{in}, 0, 16 + $length, '');
    my ($address, $port) = unpack('x16 a4 x4 n', $values);
    $connection->{peer} = pack('S n a4 x8', 2, $port, $address);
    for (my $at = 28; $at + 3 <= length $values;) {
        my ($type, $size) = unpack('C n', substr($values, $at, 3));
        $connection->{whom} = substr($values, $at + 3, $size) if $type == 0xE7;
        $at += 3 + $size;
    }
}

sub respond {
    my ($connection, $head) = @_;
    my $keep = !defined $end && $head !~ /^connection: *close/mi
        && ($head =~ /\A\S+ \S+ HTTP\/1\.1/ || $head =~ /^connection: *keep-alive/mi);
    my $answer = $head =~ /\A\S+ \/peer / ? peer(getpeername $connection->{fh}) . $body
        : $head =~ /\A\S+ \/port / ? own_port($connection->{fh}) . $body
        : $head =~ /\A\S+ \/whom / ? whom($connection) . $body : $body;
    $connection->{out} .= "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " . length($answer)
        . "\r\nConnection: " . ($keep ? 'keep-alive' : 'close') . "\r\n\r\n$answer";
    $connection->{close} = 1 unless $keep;
}

sub flush_out {
    my ($connection) = @_;
    my $count = syswrite($connection->{fh}, $connection->{out});
    if (defined $count) { substr($connection->{out}, 0, $count, '') }
    elsif ($! != 11) { @$connection{qw(out close)} = ('', 1) }             # not EAGAIN: the other side is gone
}
