using System.Security.Cryptography;
using System.Text;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Finds the host for a new VM: this one if it has room and the image, else the one of all that has the image, or the most room.</summary>
internal sealed class Placement(
    FleetHost me, FleetMembers members, VmClaims claims, NewVmKeys keys, Gathering gathering, Forwarding forwarding, FleetImages images, TimeProvider time)
{
    /// <summary>Between two rounds of a create that waits for room.</summary>
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(2);

    /// <summary>Of so many hosts, not all are asked at once who would take a VM: some of them, taken at random, mostly have room and the image.</summary>
    private const int Many = 16;

    private const int Some = 8;

    /// <summary>
    /// Where there is room here, the name and the first place in line are taken before it returns, as on a host alone.
    /// </summary>
    /// <param name="link">The way to the other hosts.</param>
    /// <param name="create">The request.</param>
    /// <param name="mayGoElsewhere">False for what was sent to this host.</param>
    /// <param name="here">Carries it out here.</param>
    /// <param name="stopping">The daemon's end.</param>
    /// <exception cref="AetherscaleException"><c>no-capacity</c>, or what create-vm throws.</exception>
    public Task<Reply> PlaceAsync(
        FleetLink link, Outgoing create, bool mayGoElsewhere, Func<Requester, Task<Reply>> here, CancellationToken stopping)
    {
        var options = RequestReader.ReadOptions(create.Request, ContractJson.Wire.CreateVmOptions);
        var id = IdOf(create);
        create = create with { Requester = create.Requester with { NewVmId = id, Deadline = create.Deadline(time.GetUtcNow()) } };
        if (create.Request.RequestId is not null && (me.Has(id) || claims.Keeps(id)))
        {
            // It has its room already, or needs none any more.
            return HereAsync(link, create, null, mayGoElsewhere, here, stopping);
        }

        if (mayGoElsewhere && members.Names.Count > 1 && !me.HasImage(options))
        {
            return ElsewhereAsync(link, create, options, stopping);
        }

        var (room, missing) = me.Admit(options, id);
        return room is not null ? HereAsync(link, create, room, mayGoElsewhere, here, stopping)
            : mayGoElsewhere ? ElsewhereAsync(link, create, options, stopping)
            : throw new AetherscaleException(NoCapacity, $"{me.Name} has no room: {missing}.");
    }

    /// <summary>For a VM that this very host is asked for: its name becomes its own in the whole fleet, if that does not take long.</summary>
    public async Task<Reply> NameAsync(FleetLink link, Outgoing create, Func<Requester, Task<Reply>> here)
    {
        string? taken = null;
        try
        {
            return await here(create.Requester with
            {
                Claim = async (_, name, cancellation) => taken = name is not null && await keys.TryNameAsync(link, name, cancellation) ? name : null,
            });
        }
        catch (Exception) when (taken is not null)
        {
            await keys.TryReleaseAsync(link, [taken]);
            throw;
        }
    }

    private async Task<Reply> HereAsync(
        FleetLink link, Outgoing create, IDisposable? room, bool mayGoElsewhere, Func<Requester, Task<Reply>> here, CancellationToken stopping)
    {
        using var kept = room;
        var taken = new List<string>();
        try
        {
            return await here(create.Requester with
            {
                IsForThisHost = true,
                Images = images.Through(link),
                Claim = (id, name, cancellation) => keys.ClaimAsync(link, create, id, name, taken, cancellation),
            });
        }
        catch (HeldElsewhereException)
        {
            // The same request was carried out there, or is being: that host knows its reply. Unless it failed there meanwhile.
            room?.Dispose();
            return await forwarding.TryToHolderAsync(link, create.Requester.NewVmId!, create, isRelayed: false, stopping)
                ?? await PlaceAsync(link, create, mayGoElsewhere, here, stopping);
        }
        catch (Exception)
        {
            await keys.TryReleaseAsync(link, taken);
            throw;
        }
    }

    private async Task<Reply> ElsewhereAsync(FleetLink link, Outgoing create, CreateVmOptions options, CancellationToken stopping)
    {
        if (create.Request.RequestId is not null
            && await forwarding.TryToHolderAsync(link, create.Requester.NewVmId!, create, isRelayed: true, stopping) is { } known
            && known.ExecutionInfo.Code != NoCapacity)
        {
            return known;
        }

        var question = Offer.Question(options);
        var isUnsure = false;
        if (members.Names.Count > Many)
        {
            var some = Offer.Read(await gathering.AskSomeAsync(link, Some, FleetMessage.Command, question, stopping));
            var tried = await TryRelayAsync(link, some.Where(one => one.Terms.HasImage), create, stopping);
            if (tried.Reply is { } reply)
            {
                return reply;
            }

            isUnsure = tried.IsUnsure;
        }

        while (true)
        {
            var gathered = await gathering.AskAllAsync(link, FleetMessage.Command, question, stopping);
            var offers = Offer.Read(gathered.Answers);
            var tried = await TryRelayAsync(link, offers, create, stopping);
            if (tried.Reply is { } reply)
            {
                return reply;
            }

            isUnsure |= tried.IsUnsure;

            var missing = offers.Where(one => one.Terms.Missing is not null).Select(one => $"{one.Host}: {one.Terms.Missing}")
                .Concat(tried.Missing)
                .Concat(gathered.Unanswered.Select(host => $"{host}: it does not answer"));
            if (!options.Wait || time.GetUtcNow() + s_round >= create.Deadline(time.GetUtcNow()))
            {
                return (isUnsure ? await TryLateAsync(link, create, stopping) : null)
                    ?? throw new AetherscaleException(NoCapacity, $"No host has room: {string.Join("; ", missing)}.");
            }

            await Task.Delay(s_round, time, stopping);
            if (!create.IsRelayed)
            {
                return await GoRoundAsync(link, create, stopping);
            }
        }
    }

    /// <summary>A host that was busy may have begun after it had been passed over: what is said of the VM must be so when nobody can any more.</summary>
    private async Task<Reply?> TryLateAsync(FleetLink link, Outgoing create, CancellationToken stopping)
    {
        await Task.Delay(Forwarding.OfferPatience, time, stopping);
        return await forwarding.TryToHolderAsync(link, create.Requester.NewVmId!, create, isRelayed: true, stopping);
    }

    private async Task<Tried> TryRelayAsync(FleetLink link, IEnumerable<Offer> offers, Outgoing create, CancellationToken stopping)
    {
        var missing = new List<string>();
        var isUnsure = false;
        foreach (var offer in Offer.Best(offers).ToList())
        {
            // Between the offer and now others may have taken the room: then the next one is asked.
            var reply = await forwarding.TryRelayAsync(link, offer.Host, create, stopping);
            if (reply is not null && reply.ExecutionInfo.Code is not (NoCapacity or DeadlinePassed))
            {
                return new Tried(reply, [], isUnsure);
            }

            isUnsure |= reply is null;
            missing.Add($"{offer.Host}: {(reply?.ExecutionInfo.Code == NoCapacity ? "others took its room meanwhile" : "it did not take the VM in time")}");
        }

        return new Tried(null, missing, isUnsure);
    }

    /// <summary>It waits in the queue, where it outlives this daemon: whoever takes it next tries again.</summary>
    private async Task<Reply> GoRoundAsync(FleetLink link, Outgoing create, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        var properties = create.Properties(create.Deadline(now), now, receiptTo: null, receipt: null);
        return await link.SendAsync(AmqpRoutes.HostExchange, AmqpRoutes.PlacementQueue, properties, create.Body, stopping) ? Reply.Elsewhere : throw FleetLink.Lost(null);
    }

    /// <summary>The same request makes the same VM, whichever host it comes to, however often.</summary>
    private static string IdOf(Outgoing create)
    {
        const int Length = 8;
        var digest = create.Request.RequestId is { } id
            ? SHA256.HashData(Encoding.UTF8.GetBytes($"{create.Requester.Scope}\n{id}"))
            : RandomNumberGenerator.GetBytes(Length);
        return string.Create(Length, digest, static (letters, bytes) =>
        {
            for (var n = 0; n < Length; n++)
            {
                letters[n] = (char)('a' + (bytes[n] % 26));
            }
        });
    }

    /// <param name="Reply">The reply; null where none of them took it.</param>
    /// <param name="Missing">Why each did not.</param>
    /// <param name="IsUnsure">Whether one of them did not say so, and may take it still.</param>
    private sealed record Tried(Reply? Reply, IReadOnlyList<string> Missing, bool IsUnsure);
}
