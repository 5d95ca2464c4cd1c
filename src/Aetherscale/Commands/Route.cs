using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Aetherscale.Contract;

namespace Aetherscale.Commands;

/// <summary>What a command's name leads to: request in, what writes the response's JSON out.</summary>
internal delegate Task<Action<Utf8JsonWriter>> Route(RequestEnvelope request, Requester requester, CancellationToken cancellationToken);

/// <summary>Makes routes out of typed commands.</summary>
internal static class Routes
{
    public static Route To<TOptions, TResponse>(
        JsonTypeInfo<TOptions> optionsType,
        JsonTypeInfo<TResponse> responseType,
        Func<TOptions, Requester, CancellationToken, Task<TResponse>> run) =>
        async (request, requester, cancellationToken) =>
        {
            var options = RequestReader.ReadOptions(request, optionsType);
            var asker = requester with { Command = request.Command, RequestId = request.RequestId };
            var response = await run(options, asker, cancellationToken);
            return writer => JsonSerializer.Serialize(writer, response, responseType);
        };
}
