#!/bin/perl -w
# A test task that behaves badly on request, over TCP: the first line of a connection says how.
#   echo            sends back what it gets, and its end
#   blast N         sends N bytes 0, 1, ... 255, 0, 1, ... and closes right behind the last one
#   reset           resets the connection
#   watch NAME      reads to the end and remembers whether the end was an end or a reset
#   asked NAME      answers what `watch NAME` has seen, or "nothing"

my $port = shift // 7008;
socket(my $tcp, 2, 1, 0) or die "socket: $!";
setsockopt($tcp, 1, 2, pack('i', 1));                                # SO_REUSEADDR
bind($tcp, pack('S n N x8', 2, $port, 0)) or die "bind to port $port: $!";
listen($tcp, 4096) or die "listen: $!";
$SIG{CHLD} = 'IGNORE';
$SIG{TERM} = $SIG{INT} = sub { exit 0 };

while (1) {
    accept(my $connection, $tcp) or next;
    next if fork;
    $SIG{PIPE} = 'IGNORE';
    serve($connection);
    exit 0;
}

sub serve {
    my ($connection) = @_;
    my ($line, $byte) = ('', '');
    while (sysread($connection, $byte, 1) && $byte ne "\n") { $line .= $byte }
    my ($trick, $argument) = split ' ', $line;
    if ($trick eq 'echo') { copy($connection) }
    elsif ($trick eq 'blast') { blast($connection, $argument) }
    elsif ($trick eq 'reset') { setsockopt($connection, 1, 13, pack('ii', 1, 0)) }   # SO_LINGER
    elsif ($trick eq 'watch') { watch($connection, $argument) }
    elsif ($trick eq 'asked') { write_all($connection, remembered($argument)) }
    close $connection;
}

sub copy {
    my ($connection) = @_;
    while (sysread($connection, my $bytes, 65536)) { write_all($connection, $bytes) or return }
}

sub blast {
    my ($connection, $left) = @_;
    my $block = join('', map { chr } 0 .. 255) x 256;
    while ($left > 0) {
        write_all($connection, $left < length $block ? substr($block, 0, $left) : $block) or return;
        $left -= length $block;
    }
}

sub watch {
    my ($connection, $name) = @_;
    write_all($connection, "watching\n");
    my $count;
    while ($count = sysread($connection, my $bytes, 65536)) { }
    open(my $file, '>', "/tmp/seen.$name") or die "remember: $!";
    print $file defined $count ? "end\n" : "reset\n";
}

sub remembered {
    my ($name) = @_;
    open(my $file, '<', "/tmp/seen.$name") or return "nothing\n";
    return <$file> // "nothing\n";
}

sub write_all {
    my ($connection, $bytes) = @_;
    my $sent = 0;
    while ($sent < length $bytes) {
        $sent += syswrite($connection, $bytes, length($bytes) - $sent, $sent) // return 0;
    }
    return 1;
}
