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
        To(optionsType, async (options, requester, cancellationToken) =>
        {
            var response = await run(options, requester, cancellationToken);
            return writer => JsonSerializer.Serialize(writer, response, responseType);
        });

    /// <summary>For a command that writes its answer itself.</summary>
    public static Route To<TOptions>(
        JsonTypeInfo<TOptions> optionsType, Func<TOptions, Requester, CancellationToken, Task<Action<Utf8JsonWriter>>> run) =>
        (request, requester, cancellationToken) => run(RequestReader.ReadOptions(request, optionsType), requester, cancellationToken);
}
