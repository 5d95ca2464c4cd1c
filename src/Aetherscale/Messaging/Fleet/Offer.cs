using System.Text.Json;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Messaging.Fleet;

/// <summary>What a host says to the question whether it would take a VM. Nothing is kept for it.</summary>
/// <param name="Host">Who says it.</param>
/// <param name="Terms">What it says.</param>
internal sealed record Offer(string Host, OfferVmResponse Terms)
{
    /// <summary>The question.</summary>
    public static ReadOnlyMemory<byte> Question(CreateVmOptions options) => JsonSerializer.SerializeToUtf8Bytes(
        new RequestEnvelope
        {
            Command = CommandNames.OfferVm,
            Options = JsonSerializer.SerializeToElement(options, ContractJson.Wire.CreateVmOptions),
        },
        ContractJson.Wire.RequestEnvelope);

    /// <summary>What comes back. An answer that is none says that something is missing.</summary>
    public static IReadOnlyList<Offer> Read(IEnumerable<Answer> answers) => [.. answers.Select(answer => new Offer(answer.Host!, Read(answer.Body)))];

    /// <summary>Those that would take it, in the order in which they are to be tried: first whoever has the image, then whoever has the most room.</summary>
    public static IEnumerable<Offer> Best(IEnumerable<Offer> offers) =>
        offers.Where(one => one.Terms.Missing is null).OrderByDescending(one => one.Terms.HasImage).ThenByDescending(one => one.Terms.FreePerMille);

    private static OfferVmResponse Read(ReadOnlyMemory<byte> answer)
    {
        try
        {
            var envelope = JsonSerializer.Deserialize(answer.Span, ContractJson.Tolerant.ReplyEnvelope);
            return envelope?.Response?.Deserialize(ContractJson.Tolerant.OfferVmResponse)
                ?? new OfferVmResponse { Missing = envelope?.ExecutionInfo.Reason ?? "no offer" };
        }
        catch (JsonException)
        {
            return new OfferVmResponse { Missing = "its answer cannot be read" };
        }
    }
}
