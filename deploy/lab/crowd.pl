#!/usr/bin/perl -w
# Many TCP clients in one process, for the faults that deploy/lab/chaos makes of them:
#
#   crowd.pl hold COUNT PER_SECOND ADDRESS:PORT         opens so many connections, says "all COUNT" and keeps them: one
#                                                       half silent, the others send a byte of a request now and then
#   crowd.pl ask PER_SECOND FROM ADDRESS:PORT...        asks for the page on a new connection each time, from one
#                                                       address to all in turn
#
# Both go on until their standard input ends. Who held connections lets go of them as quickly as they came. At last both
# say what became of the connections: "held 5998 ended 2", or "asked 30000 answered 600 refused 29400 silent 0".

use Socket;

my $mode = shift // '';
my $patience = 256;         # so many requests later an answer is looked for
my $begun = now();
my (@open, %asked, %ends);
$SIG{PIPE} = 'IGNORE';
$| = 1;

if ($mode eq 'hold') { hold(@ARGV) } elsif ($mode eq 'ask') { ask(@ARGV) } else { die "crowd.pl: hold or ask\n" }

# Seconds; Perl's own clock of this kind is not everywhere.
sub now {
    open(my $file, '<', '/proc/uptime') or die "uptime: $!";
    return (split ' ', <$file>)[0];
}

# Whether to go on, after a hundredth of a second.
sub goes_on {
    my $read = '';
    vec($read, fileno STDIN, 1) = 1;
    return select($read, undef, undef, 0.01) <= 0;
}

sub open_to {
    my ($target, $from) = @_;
    my ($address, $port) = split /:/, $target;
    socket(my $fh, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
    if ($from) { bind($fh, pack_sockaddr_in(0, inet_aton($from))) or die "bind to $from: $!" }
    return connect($fh, pack_sockaddr_in($port, inet_aton($address))) ? $fh : undef;
}

# What came: 'answered', 'refused' for an end or a reset, or 'silent'.
sub outcome {
    my ($fh) = @_;
    my $count = recv($fh, my $bytes, 4096, MSG_DONTWAIT);
    return defined $count && length $bytes ? 'answered' : !defined $count && $!{EAGAIN} ? 'silent' : 'refused';
}

sub hold {
    my ($count, $per_second, $target) = @_;
    my ($next, $bytes) = (1, 0);
    while (goes_on()) {
        my $due = (now() - $begun) * $per_second;
        while (@open < $count && @open < $due) {
            push @open, open_to($target) // die "$target: $!\n";
            print "all $count\n" if @open == $count;
        }
        # Of those that speak, each does so every 30 s.
        for ($due = (now() - $begun) * $count / 60; $bytes < $due; $bytes++, $next = ($next + 2) % $count) {
            send($open[$next], $asked{$next}++ ? 'a' : "GET / HTTP/1.1\r\nX-Slow: ", MSG_DONTWAIT) if $open[$next];
        }
    }
    my $held = grep { outcome($_) eq 'silent' } @open;
    my $ended = @open - $held;
    for (my $since = now(); @open;) {
        select(undef, undef, undef, 0.01);
        my $left = $count - (now() - $since) * $per_second;
        shift @open while @open && @open > $left;
    }
    print "held $held ended $ended\n";
}

sub ask {
    my ($per_second, $from, @targets) = @_;
    my $sent = 0;
    while (goes_on()) {
        for (my $due = (now() - $begun) * $per_second; $sent < $due; $sent++) {
            my $fh = open_to($targets[$sent % @targets], $from);
            if (!$fh) { $ends{refused}++; next }
            send($fh, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", MSG_DONTWAIT);
            push @open, $fh;
            $ends{outcome(shift @open)}++ if @open > $patience;
        }
    }
    $ends{outcome($_)}++ for @open;
    print "asked $sent ", join(' ', map { "$_ " . ($ends{$_} // 0) } qw(answered refused silent)), "\n";
}
