#!/usr/bin/perl -w
# Clients of an echo service (../task.pl), for the lab's scenarios:
#
#   client.pl load tcp|udp ADDRESS PORT COUNT PER_SECOND [on|FROM]
#                                                               a new connection (datagram from a new port) each time,
#                                                               whether those before were answered or not; with "on" they
#                                                               go on beyond COUNT until SIGTERM; with a number they come
#                                                               from that port and the next ones, else as the kernel likes
#   client.pl hold tcp|udp ADDRESS PORT                         one connection (port) in which something moves all the
#                                                               time, until SIGTERM
#   client.pl cost ADDRESS PORT COUNT new|kept                  one request after the other by TCP, each on a connection of
#                                                               its own, or all on one
#   client.pl get ADDRESS PORT PATH                             the body of a page
#
# load ends with "begun N failed N slowest_ms N", after a line "from ADDRESS:PORT" for each that was answered and a line
# "failed BEGUN ENDED PORT WHY" for each that was not, times as in `date +%s.%3N`. hold ends with "bytes N exact yes" or
# "bytes N exact no WHY"; of UDP, with "sent N lost N". cost says "p50_us N p99_us N".

use strict;
use Socket;
use Time::HiRes qw(time sleep alarm);

my $PATIENCE = 60;           # seconds that a connection may take; the machine is slow
my $DATAGRAM_PATIENCE = 15;  # for an answer
my ($IN, $OUT) = (1, 4);     # of epoll
my $PAUSE = 5;               # after a datagram in a held port that was not answered by then

my ($mode, @arguments) = @ARGV;
my $told;                   # to end
$SIG{TERM} = sub { $told = 1 };
$SIG{PIPE} = 'IGNORE';
$| = 1;

if ($mode eq 'load') { load(@arguments) }
elsif ($mode eq 'hold' && $arguments[0] eq 'tcp') { hold_connection(@arguments[1, 2]) }
elsif ($mode eq 'hold') { hold_port(@arguments[1, 2]) }
elsif ($mode eq 'cost') { cost(@arguments) }
elsif ($mode eq 'get') { get(@arguments) }
else { die "client.pl: load, hold, cost or get\n" }

sub open_socket {
    my ($kind) = @_;
    socket(my $fh, PF_INET, $kind eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0) or die "socket: $!";
    return $fh;
}

# ---- load --------------------------------------------------------------------------------------------------------------

sub load {
    my ($kind, $address, $port, $count, $per_second, $how) = @_;
    my ($on, $from) = (($how // '') eq 'on', ($how // '') =~ /^(\d+)$/);
    my $to = sockaddr_in($port, inet_aton($address));
    my ($epoll, %open) = (new_epoll());
    my %sum = (begun => 0, failed => 0, slowest => 0);
    my $start = my $looked = time;
    while (1) {
        my $enough = $sum{begun} >= $count && ($told || !$on);
        last if $enough && !%open;
        my $due = $enough ? 0 : int((time - $start) * $per_second) - $sum{begun};
        $due = $count - $sum{begun} if !$on && $due > $count - $sum{begun};
        my @touched;
        for (1 .. ($due > 20 ? 20 : $due)) {
            my $one = begin($kind, $to, $sum{begun}, $from ? $from + $sum{begun} : 0);
            $sum{begun}++;
            $open{fileno $one->{fh}} = $one;
            watch($epoll, 1, $one, $kind eq 'tcp' ? $OUT : $IN);
            push @touched, $one;
        }
        my $pause = $enough ? 0.1 : $start + ($sum{begun} + 1) / $per_second - time;
        for my $one (map { $open{$_} // () } ready($epoll, $pause)) {
            $kind eq 'tcp' ? go_on($one, $epoll) : hear($one);
            push @touched, $one;
        }
        if (time - $looked > 0.2) {   # a look at all of them, who may be thousands
            $looked = time;
            overdue($_, $kind) for values %open;
            @touched = values %open;
        }
        for my $one (grep { defined $_->{why} && delete $open{fileno $_->{fh}} } @touched) { conclude($one, \%sum) }
    }
    printf "begun %d failed %d slowest_ms %d\n", @sum{qw(begun failed)}, $sum{slowest} * 1000;
}

# epoll by its numbers, as Perl has no word for it: asking for each of thousands takes what they are there to measure.
sub new_epoll {
    my $epoll = syscall(291, 0);
    die "epoll: $!" if $epoll < 0;
    return $epoll;
}

# Begins (1) to wait for something of a client, or waits for something else (3). A socket that is closed is forgotten.
sub watch {
    my ($epoll, $how, $one, $what) = @_;
    my $wish = pack('L l x4', $what, fileno $one->{fh});
    syscall(233, $epoll, $how, fileno $one->{fh}, $wish) == 0 or die "epoll_ctl: $!";
}

# The numbers of those for which something has happened within so many seconds; at most a tenth, as a look at all is due then.
sub ready {
    my ($epoll, $pause) = @_;
    my $events = "\0" x (256 * 12);
    my $count = syscall(232, $epoll, $events, 256, $pause <= 0 ? 0 : $pause > 0.1 ? 100 : 1 + int($pause * 1000));
    return map { unpack('x4 l', substr($events, $_ * 12, 12)) } 0 .. $count - 1;
}

sub begin {
    my ($kind, $to, $number, $from) = @_;
    my $fh = open_socket($kind);
    setsockopt($fh, SOL_SOCKET, SO_REUSEADDR, 1) if $from;
    bind($fh, sockaddr_in($from, INADDR_ANY)) or die "port $from: $!" if $from;
    $fh->blocking(0);
    my $one = { fh => $fh, begun => time, in => '', asked => sprintf('%-64s', "number $number of $$") };
    if (!connect($fh, $to) && !$!{EINPROGRESS}) { $one->{why} = "connect: $!" }
    elsif ($kind eq 'udp' && !defined send($fh, $one->{asked}, 0)) { $one->{why} = "send: $!" }
    return $one;
}

# A connection: ask, end, read to the end.
sub go_on {
    my ($one, $epoll) = @_;
    my $fh = $one->{fh};
    if (!$one->{said}) {
        my $error = unpack('i', getsockopt($fh, SOL_SOCKET, SO_ERROR));
        if ($error) { $! = $error; $one->{why} = "connect: $!"; return }
        my $count = syswrite($fh, $one->{asked});
        if (!defined $count) { $one->{why} = "write: $!"; return }
        shutdown($fh, 1);
        $one->{said} = 1;
        watch($epoll, 3, $one, $IN);
        return;
    }
    my $count = sysread($fh, $one->{in}, 4096, length $one->{in});
    if (!defined $count) { $one->{why} = "read: $!" unless $!{EAGAIN} }
    elsif ($count == 0) { $one->{why} = $one->{in} eq $one->{asked} ? '' : 'ended after ' . length($one->{in}) . ' bytes' }
}

sub hear {
    my ($one) = @_;
    if (!defined recv($one->{fh}, $one->{in}, 4096, 0)) { $one->{why} = "recv: $!" unless $!{EAGAIN} }
    else { $one->{why} = $one->{in} eq $one->{asked} ? '' : 'another answer' }
}

sub overdue {
    my ($one, $kind) = @_;
    return if defined $one->{why} || time - $one->{begun} < ($kind eq 'tcp' ? $PATIENCE : $DATAGRAM_PATIENCE);
    $one->{why} = $one->{said} || $kind eq 'udp' ? 'no answer' : 'no connection';
}

sub conclude {
    my ($one, $sum) = @_;
    my ($port, $address) = sockaddr_in(getsockname($one->{fh}));
    if ($one->{why} ne '') {
        $sum->{failed}++;
        printf "failed %.3f %.3f %d %s\n", $one->{begun}, time, $port, $one->{why};
        return;
    }
    my $took = time - $one->{begun};
    $sum->{slowest} = $took if $took > $sum->{slowest};
    printf "from %s:%d\n", inet_ntoa($address), $port;
}

# ---- hold --------------------------------------------------------------------------------------------------------------

# The bytes of a connection from an offset on: no two blocks are alike.
sub block {
    my ($offset, $length) = @_;
    return substr(join('', map { pack('N', $_ * 2654435761 % 4294967296) } $offset / 4 .. ($offset + $length) / 4), 0, $length);
}

sub hold_connection {
    my ($address, $port) = @_;
    my $fh = open_socket('tcp');
    my ($sent, $received) = (0, 0);
    my $why = '';
    $SIG{ALRM} = sub { die "silence\n" };
    eval {
        alarm $PATIENCE;
        connect($fh, sockaddr_in($port, inet_aton($address))) or die "connect: $!\n";
        print "held\n";
        while (!$told) {
            alarm $PATIENCE;
            my $asked = block($sent, 8192);
            write_all($fh, $asked);
            $sent += length $asked;
            $received += length read_same($fh, $asked);
            sleep 0.1;
        }
        alarm $PATIENCE;
        shutdown($fh, 1);
        sysread($fh, my $more, 1) and die "more than was sent\n";
        1;
    } or $why = $@;
    chomp $why;
    print "bytes $received exact ", $why eq '' ? "yes\n" : "no $why\n";
}

sub write_all {
    my ($fh, $bytes) = @_;
    for (my $at = 0; $at < length $bytes;) {
        my $count = syswrite($fh, $bytes, length($bytes) - $at, $at);
        if (defined $count) { $at += $count } elsif (!$!{EINTR}) { die "write: $!\n" }
    }
}

sub read_same {
    my ($fh, $asked) = @_;
    my $in = '';
    while (length $in < length $asked) {
        my $count = sysread($fh, $in, length($asked) - length $in, length $in);
        if (defined $count) { $count or die "ended early\n" } elsif (!$!{EINTR}) { die "read: $!\n" }
    }
    $in eq $asked or die "other bytes than were sent\n";
    return $in;
}

# One UDP port.
sub hold_port {
    my ($address, $port) = @_;
    my $fh = open_socket('udp');
    connect($fh, sockaddr_in($port, inet_aton($address))) or die "connect: $!";
    my ($sent, $lost) = (0, 0);
    $SIG{ALRM} = sub { die "silence\n" };
    while (!$told) {
        my ($asked, $answer) = ('datagram ' . $sent++, '');
        send($fh, $asked, 0);
        eval { alarm $PAUSE; recv($fh, $answer, 4096, 0) while $answer ne $asked && !$told; alarm 0 };
        alarm 0;
        if ($answer eq $asked) { print "held\n" if $sent == 1 }
        else { $lost++ unless $told }
        sleep 0.1 unless $told;
    }
    print "sent $sent lost $lost\n";
}

# ---- cost --------------------------------------------------------------------------------------------------------------

sub cost {
    my ($address, $port, $count, $how) = @_;
    my $to = sockaddr_in($port, inet_aton($address));
    my ($fh, @took);
    for (0 .. $count) {   # the first one is not counted: whatever is to be found out and set up
        my $begun = time;
        if ($how eq 'new' || !$fh) {
            $fh = open_socket('tcp');
            connect($fh, $to) or die "connect: $!\n";
        }
        write_all($fh, 'x' x 64);
        read_same($fh, 'x' x 64);
        close $fh if $how eq 'new';
        push @took, time - $begun;
    }
    my @sorted = sort { $a <=> $b } @took[1 .. $count];
    printf "p50_us %d p99_us %d\n", map { 1e6 * $sorted[$_ * $count] } 0.5, 0.99;
}

# ---- get ---------------------------------------------------------------------------------------------------------------

sub get {
    my ($address, $port, $path) = @_;
    my $fh = open_socket('tcp');
    alarm $PATIENCE;
    connect($fh, sockaddr_in($port, inet_aton($address))) or die "connect: $!\n";
    write_all($fh, "GET $path HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n");
    my $in = '';
    while (sysread($fh, $in, 65536, length $in)) { }
    my ($head, $body) = split /\r\n\r\n/, $in, 2;
    print $body // '';
    exit(($head // '') =~ m{^HTTP/1.1 200 } ? 0 : 1);
}
