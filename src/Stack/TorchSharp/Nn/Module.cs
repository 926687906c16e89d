using System.Reflection;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Holds parameters, buffers and submodules by name.</summary>
        public abstract partial class Module : IDisposable
        {
            private readonly Dictionary<string, Module> _modules = [];
            private readonly List<string> _moduleOrder = [];
            private readonly List<(string Name, Tensor Tensor, bool Persistent)> _buffers = [];
            private readonly List<(string Name, Parameter Parameter)> _ownParameters = [];
            private bool _disposed;

            public readonly string name;

            protected Module(string name)
            {
                ArgumentException.ThrowIfNullOrEmpty(name);
                this.name = name;
            }

            ~Module() => Dispose(false);

            /// <summary>True while training: normalisation uses batch statistics and dropout drops.</summary>
            public bool training { get; private set; } = true;

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing || _disposed)
                {
                    return;
                }
                _disposed = true;
                foreach (string key in _moduleOrder)
                {
                    _modules[key].Dispose();
                }
                foreach ((_, Parameter parameter) in _ownParameters)
                {
                    parameter.Dispose();
                }
                foreach ((_, Tensor buffer, _) in _buffers)
                {
                    buffer.Dispose();
                }
            }

            public virtual string GetName() => name;

            public virtual void train(bool train = true)
            {
                training = train;
                foreach (Module child in children())
                {
                    child.train(train);
                }
            }

            public virtual void eval() => train(false);

            public virtual Module apply(Action<Module> fn)
            {
                foreach (Module child in children())
                {
                    child.apply(fn);
                }
                fn(this);
                return this;
            }

            public virtual void zero_grad(bool set_to_none = true) => Gradients.Clear(parameters(), set_to_none);

            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    return;
                }
                RequireFree(name);
                _modules.Add(name, submodule);
                _moduleOrder.Add(name);
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                RequireFree(name);
                _buffers.Add((name, tensor.DetachFromDisposeScope(), persistent));
            }

            public virtual void register_parameter(string name, Parameter param)
            {
                ArgumentNullException.ThrowIfNull(param);
                RequireFree(name);
                param.DetachFromDisposeScope();
                _ownParameters.Add((name, param));
            }

            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                Forget(name);
                if (value is not null)
                {
                    register_parameter(name, value);
                }
            }

            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                Forget(name);
                if (value is not null)
                {
                    register_buffer(name, value, persistent);
                }
            }

            /// <summary>Registers every field that holds a module, a parameter or a tensor under the field's name. Call it last in the constructor.</summary>
            protected virtual void RegisterComponents()
            {
                foreach (FieldInfo field in ComponentFields())
                {
                    string key = field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name;
                    object? value = field.GetValue(this);
                    if (value is null || IsRegistered(value))
                    {
                        continue;
                    }
                    switch (value)
                    {
                        case Module module:
                            register_module(key, module);
                            break;
                        case Parameter parameter:
                            register_parameter(key, parameter);
                            break;
                        case Tensor tensor:
                            register_buffer(key, tensor);
                            break;
                    }
                }
            }

            protected void ClearModules()
            {
                _modules.Clear();
                _moduleOrder.Clear();
            }

            private IEnumerable<FieldInfo> ComponentFields()
            {
                for (Type? type = GetType(); type is not null && type != typeof(Module); type = type.BaseType)
                {
                    foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                    {
                        if (typeof(Module).IsAssignableFrom(field.FieldType) || typeof(Tensor).IsAssignableFrom(field.FieldType)
                            || field.FieldType is { IsInterface: true })
                        {
                            yield return field;
                        }
                    }
                }
            }

            private bool IsRegistered(object value) => value switch
            {
                Module module => _modules.ContainsValue(module),
                Parameter parameter => _ownParameters.Exists(item => ReferenceEquals(item.Parameter, parameter)),
                Tensor tensor => _buffers.Exists(item => ReferenceEquals(item.Tensor, tensor)),
                _ => true,
            };

            private void RequireFree(string key)
            {
                ArgumentException.ThrowIfNullOrEmpty(key);
                if (_modules.ContainsKey(key) || HasOwn(key))
                {
                    throw new InvalidOperationException($"A component named '{key}' is already registered in module '{name}'.");
                }
            }

            private bool HasOwn(string key) =>
                _ownParameters.Exists(item => item.Name == key) || _buffers.Exists(item => item.Name == key);

            private void Forget(string key)
            {
                _ownParameters.RemoveAll(item => item.Name == key);
                _buffers.RemoveAll(item => item.Name == key);
            }
        }
    }
}
